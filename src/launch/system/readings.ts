import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { TICK_MS } from '../process/processStat';

/** Of the whole machine, in the units of MLflow's `system/*` metrics: a megabyte is 10^6 bytes. */
export interface MachineReading {
  /** ms of processor time since boot, over all cores. */
  readonly cpuBusyMs: number;
  readonly cpuTotalMs: number;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  /** Of the file system of the working directory. */
  readonly diskUsedBytes: number;
  readonly diskAvailableBytes: number;
  readonly diskTotalBytes: number;
  /** Since boot, over all interfaces; absent where the system does not tell. */
  readonly receivedBytes?: number;
  readonly transmittedBytes?: number;
}

export async function readMachine(folder: string): Promise<MachineReading> {
  // May be a file server that takes its time; all else is in the kernel's memory, where waiting costs more than reading.
  const disk = await statfs(folder);
  const free = disk.bfree * disk.bsize;
  return {
    ...processorTimes(),
    memoryUsedBytes: totalmem() - availableMemory(),
    memoryTotalBytes: totalmem(),
    diskUsedBytes: disk.blocks * disk.bsize - free,
    diskAvailableBytes: disk.bavail * disk.bsize,
    diskTotalBytes: disk.blocks * disk.bsize,
    ...readNetwork(),
  };
}

/** As psutil has it, which MLflow asks: a processor that waits for a disk is idle. */
function processorTimes(): Pick<MachineReading, 'cpuBusyMs' | 'cpuTotalMs'> {
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests take is in the first two already.
  const line = /^cpu +(.*)$/m.exec(readSystemFile('/proc/stat') ?? '')?.[1];
  if (line === undefined) {
    const times = cpus().map(cpu => cpu.times);
    const total = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
    const idle = times.reduce((sum, t) => sum + t.idle, 0);
    return { cpuBusyMs: total - idle, cpuTotalMs: total };
  }
  const ticks = line.split(' ').map(Number);
  const total = ticks.slice(0, 8).reduce((sum, count) => sum + count, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { cpuBusyMs: (total - idle) * TICK_MS, cpuTotalMs: total * TICK_MS };
}

/** Memory that programs can have: caches of the system count as free, as psutil has it. */
function availableMemory(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readSystemFile('/proc/meminfo') ?? '')?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

function readNetwork(): Pick<MachineReading, 'receivedBytes' | 'transmittedBytes'> {
  const text = readSystemFile('/proc/net/dev');
  if (text === undefined) {
    return {};
  }
  let receivedBytes = 0;
  let transmittedBytes = 0;
  for (const line of text.split('\n')) {
    const [, fields] = line.split(':');
    const numbers = fields?.trim().split(/\s+/).map(Number);
    receivedBytes += numbers?.[0] ?? 0;
    transmittedBytes += numbers?.[8] ?? 0;
  }
  return { receivedBytes, transmittedBytes };
}

/** @returns undefined where there is no such file: not Linux */
function readSystemFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

import { readdir, readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

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

/** Of a process and all that it has started. */
export interface TreeReading {
  /** ms of processor time since each of them started. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Hundredths of a second, whatever the kernel does. */
const TICK_MS = 10;

export async function readMachine(folder: string): Promise<MachineReading> {
  const times = cpus().map(cpu => cpu.times);
  const total = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
  const idle = times.reduce((sum, t) => sum + t.idle, 0);
  const [available, disk, network] = await Promise.all([
    availableMemory(),
    statfs(folder),
    readNetwork(),
  ]);
  const free = disk.bfree * disk.bsize;
  return {
    cpuBusyMs: total - idle,
    cpuTotalMs: total,
    memoryUsedBytes: totalmem() - available,
    memoryTotalBytes: totalmem(),
    diskUsedBytes: disk.blocks * disk.bsize - free,
    diskAvailableBytes: disk.bavail * disk.bsize,
    diskTotalBytes: disk.blocks * disk.bsize,
    ...network,
  };
}

/** Memory that programs can have: caches of the system count as free, as psutil has it. */
async function availableMemory(): Promise<number> {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(
      await readFile('/proc/meminfo', 'utf8'),
    )?.[1];
    return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
    return freemem();
  }
}

async function readNetwork(): Promise<Pick<MachineReading, 'receivedBytes' | 'transmittedBytes'>> {
  let text: string;
  try {
    text = await readFile('/proc/net/dev', 'utf8');
  } catch {
    // Not Linux.
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

/**
 * Reads a process tree from Linux' /proc: one small file for each process of the machine, for parents are told, not children.
 * @returns undefined where there is no /proc or the process has ended
 */
export async function readTree(rootPid: number): Promise<TreeReading | undefined> {
  const processes = new Map<number, { parent: number; cpuMs: number; pages: number }>();
  let names: readonly string[];
  try {
    names = await readdir('/proc');
  } catch {
    return undefined;
  }
  await Promise.all(
    names
      .filter(name => /^\d+$/.test(name))
      .map(async name => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
        // The name of the program, in parentheses, may hold anything.
        const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (fields !== undefined) {
          processes.set(Number(name), {
            parent: Number(fields[1]),
            cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
            pages: Number(fields[21]),
          });
        }
      }),
  );
  if (!processes.has(rootPid)) {
    return undefined;
  }
  let cpuMs = 0;
  let pages = 0;
  for (const [pid, process] of processes) {
    if (pid === rootPid || descendsFrom(rootPid, process.parent, processes)) {
      cpuMs += process.cpuMs;
      pages += process.pages;
    }
  }
  return { cpuMs, memoryBytes: pages * PAGE_BYTES };
}

/** Of all usual Linux machines. */
const PAGE_BYTES = 4096;

function descendsFrom(
  root: number,
  parent: number,
  processes: ReadonlyMap<number, { readonly parent: number }>,
): boolean {
  for (let pid: number | undefined = parent; pid; pid = processes.get(pid)?.parent) {
    if (pid === root) {
      return true;
    }
  }
  return false;
}

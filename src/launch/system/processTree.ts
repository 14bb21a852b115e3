import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readProcessStat, TICK_MS } from '../process/processStat';

/** Of a process and all that it has started. */
export interface TreeReading {
  /** ms of processor time since each of them started. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Of all usual Linux machines. */
const PAGE_BYTES = 4096;

/**
 * Reads a process tree from Linux' /proc. Synchronously: the files are in the kernel's memory, and a wait for each of them would
 * cost ten times what reading it does.
 * @param proc for tests
 * @returns undefined where there is no /proc or the process has ended
 */
export function readTree(rootPid: number, proc = '/proc'): TreeReading | undefined {
  const root = readProcess(proc, rootPid);
  if (root === undefined) {
    return undefined;
  }
  const descendants = existsSync(childrenFile(proc, rootPid, rootPid))
    ? walk(proc, rootPid)
    : searchAll(proc, rootPid);
  let { cpuMs, memoryBytes } = root;
  for (const process of descendants) {
    cpuMs += process.cpuMs;
    memoryBytes += process.memoryBytes;
  }
  return { cpuMs, memoryBytes };
}

interface ProcessReading extends TreeReading {
  readonly parent: number;
}

/** Each thread tells the processes that it has started. What has ended meanwhile is passed over. */
function walk(proc: string, rootPid: number): ProcessReading[] {
  const found: ProcessReading[] = [];
  const pids = [rootPid];
  for (const pid of pids) {
    for (const thread of entriesOf(`${proc}/${pid}/task`)) {
      for (const child of numbersIn(childrenFile(proc, pid, thread))) {
        const reading = readProcess(proc, child);
        if (reading !== undefined) {
          found.push(reading);
          pids.push(child);
        }
      }
    }
  }
  return found;
}

/** For kernels that do not tell children: every process of the machine tells its parent. */
function searchAll(proc: string, rootPid: number): ProcessReading[] {
  const all = new Map<number, ProcessReading>();
  for (const name of entriesOf(proc)) {
    const reading = /^\d+$/.test(name) ? readProcess(proc, Number(name)) : undefined;
    if (reading !== undefined) {
      all.set(Number(name), reading);
    }
  }
  const descends = ({ parent }: ProcessReading): boolean => {
    for (let pid: number | undefined = parent; pid; pid = all.get(pid)?.parent) {
      if (pid === rootPid) {
        return true;
      }
    }
    return false;
  };
  return [...all.values()].filter(descends);
}

function readProcess(proc: string, pid: number): ProcessReading | undefined {
  const stat = readProcessStat(pid, proc);
  return (
    stat && {
      parent: Number(stat[1]),
      cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS,
      memoryBytes: Number(stat[21]) * PAGE_BYTES,
    }
  );
}

function childrenFile(proc: string, pid: number, thread: number | string): string {
  return `${proc}/${pid}/task/${thread}/children`;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function numbersIn(file: string): readonly number[] {
  try {
    return readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for programs, whatever the kernel does. */
export const TICK_MS = 10;

/**
 * What Linux' `/proc/PID/stat` tells of a process, after its name: the first field is its state, the second its parent.
 * @returns undefined where there is no /proc or no such process
 */
export function readProcessStat(pid: number, proc = '/proc'): readonly string[] | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

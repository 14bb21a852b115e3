import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for programs. */
const MS_A_TICK = 10;

/** ms of processor that a process group has used so far, its ended children included; NaN where there is no /proc. */
export function groupCpuMs(group: number): number {
  try {
    let ticks = 0;
    for (const entry of readdirSync('/proc')) {
      ticks += /^\d+$/.test(entry) ? ticksOf(entry, group) : 0;
    }
    return ticks * MS_A_TICK;
  } catch {
    return NaN;
  }
}

function ticksOf(process: string, group: number): number {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    // After the name, which may hold spaces: state, parent, group, …, user and system time, those of ended children.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const times = fields.slice(11, 15).map(Number);
    return Number(fields[2]) === group ? times.reduce((sum, time) => sum + time, 0) : 0;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

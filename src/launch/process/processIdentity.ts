import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { readProcessStat, TICK_MS } from './processStat';

/** ms by which two readings of one start may differ: the clock may have been set since. */
const TOLERANCE_MS = 5_000;
/** ms for which the start of the system is not read again: its file tells of every processor, which takes time. */
const BOOT_KEPT_MS = 1_000;

let boot: { readonly atMs: number; readonly readMs: number } | undefined;

/** The name of this machine, as heartbeats tell it. */
export function thisHost(): string {
  return hostname();
}

/** ms since epoch at which this process started. */
export function ownStartMs(): number {
  return startOf(process.pid) ?? Date.now() - process.uptime() * 1000;
}

/**
 * Whether the process that had this id at that time is still alive on this machine. Where the system does not tell when a
 * process started, any process with the id counts.
 */
export function isAlive(pid: number, startMs: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) {
      return false;
    }
  }
  const startedMs = startOf(pid);
  return startedMs === undefined || Math.abs(startedMs - startMs) <= TOLERANCE_MS;
}

function startOf(pid: number): number | undefined {
  try {
    const ticks = Number(readProcessStat(pid)?.[19]);
    const startMs = bootMs() + ticks * TICK_MS;
    return Number.isFinite(startMs) ? startMs : undefined;
  } catch {
    return undefined;
  }
}

/** ms since epoch. It moves when the clock is set. */
function bootMs(): number {
  const nowMs = performance.now();
  if (boot === undefined || nowMs - boot.readMs > BOOT_KEPT_MS) {
    const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    boot = { atMs: Number(seconds) * 1000, readMs: nowMs };
  }
  return boot.atMs;
}

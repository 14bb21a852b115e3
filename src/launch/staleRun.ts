import type { Run } from '../tracking/entities';
import { readHeartbeat, type Heartbeat } from '../tracking/heartbeat';
import { isAlive, thisHost } from './process/processIdentity';

/** ms without a heartbeat after which a wrapper on another machine counts as dead; clocks differ. */
const SILENCE_MS = 5 * 60_000;

/** What a run that says RUNNING really is. */
export type SignOfLife =
  /** Its wrapper is alive. */
  | { readonly kind: 'alive'; readonly heartbeat: Heartbeat }
  /** Its wrapper is dead, or has been silent for too long: nothing will end this run. */
  | { readonly kind: 'stale'; readonly heartbeat: Heartbeat }
  /** Started by something that gives no sign of life. */
  | { readonly kind: 'unknown' };

/** Looks only at what the run tells and, for one of this machine, at its processes. */
export function signOfLife(run: Pick<Run, 'info' | 'data'>, nowMs = Date.now()): SignOfLife {
  const heartbeat = readHeartbeat(run.data.tags);
  if (heartbeat === undefined) {
    return { kind: 'unknown' };
  }
  const alive =
    heartbeat.host === thisHost()
      ? isAlive(heartbeat.pid, heartbeat.processStartMs)
      : nowMs - heartbeat.atMs < SILENCE_MS;
  return { kind: alive ? 'alive' : 'stale', heartbeat };
}

import type { KeyValue } from './entities';

/** Not MLflow's: it has no sign of life. On runs of `mlflow-tracker run` only; its value is `encodeHeartbeat`'s. */
export const HEARTBEAT_TAG = 'tracker.heartbeat';
/** Set on a run to ask the wrapper of its script to end it, where no signal reaches it: another machine, Windows. */
export const STOP_TAG = 'tracker.stopRequested';
/** ms between two heartbeats. */
export const HEARTBEAT_MS = 15_000;

/** Who looks after a run, and when it last did. */
export interface Heartbeat {
  readonly host: string;
  /** Process id of the wrapper. */
  readonly pid: number;
  /** ms since epoch at which that process started: a process id is used again. */
  readonly processStartMs: number;
  /** ms since epoch on that host's clock. */
  readonly atMs: number;
}

export function encodeHeartbeat({ host, pid, processStartMs, atMs }: Heartbeat): string {
  return JSON.stringify({ host, pid, started: Math.round(processStartMs), at: atMs });
}

/** @returns undefined for a run without a heartbeat, or with one that cannot be read */
export function readHeartbeat(tags: readonly KeyValue[]): Heartbeat | undefined {
  const text = tags.find(({ key }) => key === HEARTBEAT_TAG)?.value;
  if (text === undefined) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) {
      const { host, pid, started, at } = value;
      if (
        typeof host === 'string' &&
        typeof pid === 'number' &&
        typeof started === 'number' &&
        typeof at === 'number'
      ) {
        return { host, pid, processStartMs: started, atMs: at };
      }
    }
  } catch {
    // Somebody else's tag of that name.
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

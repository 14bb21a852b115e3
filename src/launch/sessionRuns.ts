import type { RunId, RunStatus } from '../tracking/entities';

/** How the script's process ended, as a run's status. */
export type Outcome = 'FINISHED' | 'FAILED' | 'KILLED';

export interface Ending {
  readonly outcome: Outcome;
  /** ms since epoch when the first signal reached the wrapper; absent without one. */
  readonly signalledAtMs?: number;
  /** False when the process cannot have run MLflow's exit handler: it died of a signal other than SIGINT. */
  readonly exitHandlersRan: boolean;
}

interface SessionRun {
  status: RunStatus;
  /** Position in the order of the script's writes, and ms since epoch, of the write that ended the run. */
  ended?: { readonly order: number; readonly atMs: number };
}

/**
 * Between two runs that MLflow's exit handler ends one after the other lies only its own work: this many ms are plenty.
 * A longer pause means that the script was still computing after the earlier of them.
 */
const EXIT_HANDLER_PAUSE_MS = 200;

/**
 * The runs that a script made or resumed, and which of them do not say the truth once its process has ended.
 *
 * MLflow ends a run by itself at the interpreter's exit, always as FINISHED, also when an uncaught exception or
 * `sys.exit(3)` is the reason; and a run in a `with` block that Ctrl-C leaves becomes FAILED. Seen from the server, such
 * an end is an ordinary request, but the last thing that the process writes: that is what tells it from the end of a run
 * that the script finished by itself before it failed later.
 */
export class SessionRuns {
  private readonly runs = new Map<RunId, SessionRun>();
  private order = 0;
  private lastWriteEndedAtMs = 0;

  get isEmpty(): boolean {
    return this.runs.size === 0;
  }

  has(runId: RunId): boolean {
    return this.runs.has(runId);
  }

  /** Runs that are not over. */
  get running(): readonly RunId[] {
    return [...this.runs].flatMap(([runId, { status }]) => (isTerminal(status) ? [] : [runId]));
  }

  /** The script made a run, or resumed one. */
  started(runId: RunId): void {
    this.order += 1;
    this.runs.set(runId, { status: 'RUNNING' });
  }

  /** The script deleted the run, or the wrapper took it back. */
  removed(runId: RunId): void {
    this.order += 1;
    this.runs.delete(runId);
  }

  /** The script logged something. */
  wrote(): void {
    this.order += 1;
  }

  /**
   * The script set a run's status.
   * @param atMs ms since epoch when its request came in
   */
  updated(runId: RunId, status: RunStatus, atMs: number): void {
    if (!isTerminal(status)) {
      this.started(runId);
      return;
    }
    const run = this.runs.get(runId);
    if (run === undefined) {
      this.order += 1;
      return;
    }
    const followsOtherEnd = this.endedLast().length > 0;
    if (!followsOtherEnd || atMs - this.lastWriteEndedAtMs > EXIT_HANDLER_PAUSE_MS) {
      this.order += 1;
    }
    run.status = status;
    run.ended = { order: this.order, atMs };
  }

  /** @param atMs ms since epoch when the answer to a write was ready */
  answered(atMs: number): void {
    this.lastWriteEndedAtMs = atMs;
  }

  /** The status to write for each run that is not yet what the end of the process makes it. */
  corrections(ending: Ending): ReadonlyMap<RunId, Outcome> {
    const corrections = new Map<RunId, Outcome>();
    for (const [runId, run] of this.runs) {
      if (!isTerminal(run.status)) {
        corrections.set(runId, ending.outcome);
      }
    }
    if (ending.outcome !== 'FINISHED' && ending.exitHandlersRan) {
      for (const runId of this.endedByExit(ending)) {
        corrections.set(runId, ending.outcome);
      }
    }
    return corrections;
  }

  private endedByExit({ outcome, signalledAtMs }: Ending): RunId[] {
    const last = this.endedLast();
    // A FAILED among the last ends is an exception that passed a `with` block: the runs that ended before it ended well.
    const lastFailure = last.map(runId => this.runs.get(runId)?.status).lastIndexOf('FAILED');
    const trailing = outcome === 'FAILED' ? last.slice(lastFailure + 1) : last;
    const afterSignal = [...this.runs].flatMap(([runId, { ended }]) =>
      ended !== undefined && signalledAtMs !== undefined && ended.atMs >= signalledAtMs
        ? [runId]
        : [],
    );
    const candidates = outcome === 'KILLED' && signalledAtMs !== undefined ? afterSignal : trailing;
    return candidates.filter(runId => this.runs.get(runId)?.status !== outcome);
  }

  /** Runs ended by the last writes, in the order in which they ended. */
  private endedLast(): RunId[] {
    return [...this.runs]
      .filter(([, run]) => run.ended?.order === this.order && isTerminal(run.status))
      .sort(([, a], [, b]) => (a.ended?.atMs ?? 0) - (b.ended?.atMs ?? 0))
      .map(([runId]) => runId);
  }
}

function isTerminal(status: RunStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'KILLED';
}

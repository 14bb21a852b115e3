import { describe, expect, test } from 'vitest';
import { SessionRuns, type Ending } from '../../src/launch/sessionRuns';

const FAILED: Ending = { outcome: 'FAILED', exitHandlersRan: true };
const FINISHED: Ending = { outcome: 'FINISHED', exitHandlersRan: true };

/** Plays requests with the pause in ms before each. */
function session(...steps: [pauseMs: number, what: string, runId: string][]): SessionRuns {
  const runs = new SessionRuns();
  let nowMs = 1_000_000;
  for (const [pauseMs, what, runId] of steps) {
    nowMs += pauseMs;
    if (what === 'start') {
      runs.started(runId);
    } else if (what === 'log') {
      runs.wrote();
    } else if (what === 'FINISHED' || what === 'FAILED' || what === 'RUNNING') {
      runs.updated(runId, what, nowMs);
    }
    nowMs += 30;
    runs.answered(nowMs);
  }
  return runs;
}

function corrected(runs: SessionRuns, ending: Ending): Record<string, string> {
  return Object.fromEntries(runs.corrections(ending));
}

describe('what the end of the process says about its runs', () => {
  test('a run that nobody ended gets the outcome', () => {
    const runs = session([0, 'start', 'a'], [10, 'log', 'a']);
    expect(corrected(runs, FINISHED)).toEqual({ a: 'FINISHED' });
    expect(corrected(runs, FAILED)).toEqual({ a: 'FAILED' });
  });

  test('a run ended by the script stays when the process succeeds', () => {
    expect(corrected(session([0, 'start', 'a'], [9, 'FAILED', 'a']), FINISHED)).toEqual({});
  });

  test('FINISHED as the last thing that a failed process wrote is MLflow ending it at exit', () => {
    const runs = session([0, 'start', 'a'], [10, 'log', 'a'], [10, 'FINISHED', 'a']);
    expect(corrected(runs, FAILED)).toEqual({ a: 'FAILED' });
  });

  test('a run that was ended before more was logged ended well', () => {
    const runs = session(
      [0, 'start', 'a'],
      [10, 'FINISHED', 'a'],
      [10, 'start', 'b'],
      [10, 'log', 'b'],
      [10, 'FINISHED', 'b'],
    );
    expect(corrected(runs, FAILED)).toEqual({ b: 'FAILED' });
  });

  test('child and parent that MLflow ends one after the other at exit both failed', () => {
    const runs = session(
      [0, 'start', 'parent'],
      [10, 'start', 'child'],
      [10, 'log', 'child'],
      [10, 'FINISHED', 'child'],
      [15, 'FINISHED', 'parent'],
    );
    expect(corrected(runs, FAILED)).toEqual({ child: 'FAILED', parent: 'FAILED' });
  });

  test('a child that ended while the parent went on computing ended well', () => {
    const runs = session(
      [0, 'start', 'parent'],
      [10, 'start', 'child'],
      [10, 'FINISHED', 'child'],
      [3_000, 'FINISHED', 'parent'],
    );
    expect(corrected(runs, FAILED)).toEqual({ parent: 'FAILED' });
  });

  test('an exception through the parent’s with block does not touch the child that had ended', () => {
    const runs = session(
      [0, 'start', 'parent'],
      [10, 'start', 'child'],
      [10, 'FINISHED', 'child'],
      [5, 'FAILED', 'parent'],
    );
    expect(corrected(runs, FAILED)).toEqual({});
  });

  test('Ctrl-C: what ended after it was killed, what ended before it was not', () => {
    const runs = session(
      [0, 'start', 'a'],
      [10, 'FINISHED', 'a'],
      [10, 'start', 'b'],
      [5_000, 'FAILED', 'b'],
    );
    const ending = { outcome: 'KILLED', exitHandlersRan: true, signalledAtMs: 1_004_000 } as const;
    expect(corrected(runs, ending)).toEqual({ b: 'KILLED' });
  });

  test('SIGKILL leaves no time to MLflow: only what still runs was killed', () => {
    const runs = session([0, 'start', 'a'], [10, 'FINISHED', 'a'], [10, 'start', 'b']);
    expect(corrected(runs, { outcome: 'KILLED', exitHandlersRan: false })).toEqual({ b: 'KILLED' });
  });

  test('a resumed run belongs to the session, a deleted one does not', () => {
    const runs = session([0, 'RUNNING', 'old'], [0, 'start', 'b']);
    runs.removed('b');
    expect(corrected(runs, FAILED)).toEqual({ old: 'FAILED' });
  });
});

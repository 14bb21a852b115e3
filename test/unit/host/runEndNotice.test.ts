import { describe, expect, test } from 'vitest';
import { runEndNotice, sameScriptFilter } from '../../../src/host/run/runEndNotice';
import type { Run, RunStatus } from '../../../src/tracking/entities';

function run(
  name: string,
  status: RunStatus,
  metrics: Readonly<Record<string, number>>,
  source = 'train.py',
): Run {
  return {
    info: {
      runId: name,
      runName: name,
      experimentId: '1',
      userId: '',
      status,
      startTimeMs: 1_000,
      endTimeMs: 135_000,
      artifactUri: '',
      lifecycleStage: 'active',
    },
    data: {
      metrics: Object.entries(metrics).map(([key, value]) => ({
        key,
        value,
        step: 0,
        timestampMs: 0,
      })),
      params: [],
      tags: [{ key: 'mlflow.source.name', value: source }],
    },
    inputs: { datasets: [], models: [] },
    outputs: { models: [] },
  };
}

function notice(now: Run, previous?: Run, wanted = ''): string {
  return runEndNotice(now, previous, wanted, (text, ...values) =>
    text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  );
}

describe('the notice at the end of a run', () => {
  const best = run('best', 'FINISHED', { loss: 0.5, val_acc: 0.875, 'system/x': 1 });

  test.each([
    [run('fox', 'FINISHED', {}), undefined, 'fox finished after 2m 14s'],
    [run('fox', 'FAILED', { loss: 1 }), undefined, 'fox failed after 2m 14s: loss 1'],
    [
      run('fox', 'KILLED', { loss: 1 }),
      best,
      'fox was killed after 2m 14s: loss 1 (+0.5000 against best)',
    ],
    [
      run('fox', 'FINISHED', { val_acc: 0.75 }),
      best,
      'fox finished after 2m 14s: val_acc 0.7500 (−0.1250 against best)',
    ],
    [run('fox', 'FINISHED', { f1: 0.75 }), best, 'fox finished after 2m 14s: f1 0.7500'],
    [run('fox', 'FINISHED', { loss: NaN }), best, 'fox finished after 2m 14s: loss NaN'],
  ])('%#', (now, previous, expected) => {
    expect(notice(now, previous)).toBe(expected);
  });

  test('names the metric that was asked for', () => {
    expect(notice(run('fox', 'FINISHED', { loss: 1, mine: 2 }), undefined, 'mine')).toContain(
      ': mine 2',
    );
  });
});

test('runs of the same script are found whatever its name', () => {
  expect(sameScriptFilter(run('a', 'FINISHED', {}, "it's.py"))).toBe(
    `tags.\`mlflow.source.name\` = "it's.py" AND attributes.status = 'FINISHED'`,
  );
  expect(sameScriptFilter(run('a', 'FINISHED', {}, `"it's".py`))).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/host/server/backoff';
import { chooseMainMetric, lowerIsBetter, orderMetrics } from '../../../src/host/model/mainMetric';
import { runQuery } from '../../../src/host/model/runQuery';
import { sparkline } from '../../../src/host/model/sparkline';
import { DEFAULT_SORT, ViewState } from '../../../src/host/model/viewState';
import { storeName } from '../../../src/host/store/storeName';
import { parseRunFilter } from '../../../src/tracking/search/parseFilter';

describe('sparkline', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    [[3, 3, 3], 8, '▁▁▁'],
    [[1], 8, ''],
    [[NaN, 1, Infinity, 2], 8, '▁█'],
  ])('%j in %d columns is %s', (values, width, text) => {
    expect(sparkline(values, width)).toBe(text);
  });

  it('keeps a spike that falls between the columns', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index === 501 ? 100 : 0));
    expect(sparkline(values, 6)).toContain('█');
  });
});

describe('the main metric', () => {
  it.each([
    [['loss', 'val_acc', 'val_loss'], 'val_acc'],
    [['train/loss', 'val_loss'], 'val_loss'],
    [['system/cpu', 'epoch'], 'epoch'],
    [['system/cpu'], undefined],
    [['val_accuracy_loss', 'accuracy'], 'accuracy'],
  ])('of %j is %s', (keys, expected) => {
    expect(chooseMainMetric(keys, [])).toBe(expected);
  });

  it('is the one that was asked for, when the run has it', () => {
    expect(chooseMainMetric(['a', 'val_acc'], ['missing', 'a'])).toBe('a');
  });

  it('leads the others, and system metrics come last', () => {
    const metrics = ['system/cpu', 'loss', 'mine', 'val_acc'].map(key => ({ key }));
    expect(orderMetrics(metrics, 'mine').map(({ key }) => key)).toEqual([
      'mine',
      'val_acc',
      'loss',
      'system/cpu',
    ]);
  });

  it.each([
    ['val_loss', true],
    ['rmse', true],
    ['val_acc', false],
    ['f1', false],
    ['lr', undefined],
  ])('%s: less is better is %s', (key, expected) => {
    expect(lowerIsBetter(key)).toBe(expected);
  });
});

describe('the search behind a list', () => {
  const options = {
    experimentId: '1',
    filter: '',
    sort: DEFAULT_SORT,
    showDeleted: false,
    mainMetric: 'acc',
  };

  it('asks for what a row shows and no more', () => {
    expect(runQuery(options).request).toEqual({
      experimentIds: ['1'],
      orderBy: ['attributes.start_time DESC'],
      viewType: 'ACTIVE_ONLY',
      projection: {
        metricKeys: ['acc'],
        paramKeys: [],
        tagKeys: [
          'mlflow.parentRunId',
          'mlflow.runColor',
          'mlflow.source.name',
          'tracker.heartbeat',
        ],
        inputs: false,
      },
    });
  });

  it('brackets a filter only where that matters, and the result is a filter', () => {
    const filterOf = (filter: string) =>
      runQuery({ ...options, filter, parentRunId: 'p' }).request.filter ?? '';
    expect(filterOf('metrics.a > 1')).not.toContain('(');
    expect(filterOf('metrics.a > 1 OR metrics.b > 1')).toMatch(/^\(.*\) AND /);
    expect(parseRunFilter(filterOf('metrics.a > 1 OR metrics.b > 1'))).toMatchObject({
      kind: 'and',
    });
  });

  it('orders by duration here, runs without one last', () => {
    const { compare } = runQuery({ ...options, sort: { by: 'duration', ascending: true } });
    const run = (runId: string, endTimeMs?: number) => ({
      info: {
        runId,
        runName: runId,
        experimentId: '1',
        userId: '',
        status: 'FINISHED' as const,
        startTimeMs: 100,
        ...(endTimeMs === undefined ? {} : { endTimeMs }),
        artifactUri: '',
        lifecycleStage: 'active' as const,
      },
      data: { metrics: [], params: [], tags: [] },
      inputs: { datasets: [], models: [] },
      outputs: { models: [] },
    });
    const runs = [run('none'), run('long', 900), run('short', 200)];
    expect(runs.sort(compare).map(one => one.info.runId)).toEqual(['short', 'long', 'none']);
  });
});

describe('the state of the view', () => {
  it('is there again after a reload, and damaged state counts as none', () => {
    const kept = new Map<string, unknown>();
    const storage = {
      get: (key: string) => kept.get(key),
      update: async (key: string, value: unknown) => {
        kept.set(key, structuredClone(value));
      },
    };
    const first = new ViewState(storage);
    first.update({ filter: 'metrics.a > 1', sort: { by: { metric: 'a' }, ascending: true } });
    first.setExpanded('experiment/1', true);
    const second = new ViewState(storage);
    expect(second.filter).toBe('metrics.a > 1');
    expect(second.sort).toEqual({ by: { metric: 'a' }, ascending: true });
    expect(second.isExpanded('experiment/1')).toBe(true);
    const [key = ''] = kept.keys();
    kept.set(key, { filter: 7, sort: { by: 'nothing' }, expanded: [1] });
    expect(new ViewState(storage).sort).toEqual(DEFAULT_SORT);
  });
});

describe('storeName', () => {
  it.each([
    ['sqlite:////home/a/p/mlflow.db', './mlflow.db'],
    ['sqlite:///mlflow.db', './mlflow.db'],
    ['file:///home/a/p/sub/mlruns', './sub/mlruns'],
    ['/data/mlruns', '/data/mlruns'],
    ['./mlruns', './mlruns'],
    ['http://host:5000/team/', 'host:5000/team'],
    ['', ''],
  ])('%s is %s', (uri, name) => {
    expect(storeName(uri, '/home/a/p')).toBe(name);
  });
});

describe('Backoff', () => {
  it('waits longer each time, gives up, and starts afresh after a server that lived', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 7 }, () => backoff.next(10));
    expect(waits.slice(0, 3)).toEqual([250, 500, 1000]);
    expect(waits.at(-1)).toBeUndefined();
    expect(backoff.next(60_000)).toBe(250);
  });
});

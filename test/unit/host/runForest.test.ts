import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import type { ExperimentNode, RunNode, TreeNode } from '../../../src/host/model/nodes';
import { RunForest } from '../../../src/host/model/runForest';
import { SignsOfLife } from '../../../src/host/model/signsOfLife';
import { ViewState } from '../../../src/host/model/viewState';
import { FileStore } from '../../../src/stores/file/fileStore';
import { encodeHeartbeat, HEARTBEAT_TAG } from '../../../src/tracking/heartbeat';
import type { SearchRunsRequest } from '../../../src/tracking/trackingStore';

describe('the forest of runs', () => {
  let folder: string;
  let store: FileStore;
  let node: ExperimentNode;
  let viewState: ViewState;
  let signs: SignsOfLife;
  let requests: SearchRunsRequest[];
  let clock: number;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tracker-forest-'));
    store = await FileStore.open(path.join(folder, 'mlruns'), { logger: silentLogger });
    const experimentId = await store.createExperiment({ name: 'iris' });
    const experiment = await store.getExperiment(experimentId);
    node = { kind: 'experiment', id: `experiment/${experimentId}`, experiment };
    viewState = new ViewState({ get: () => undefined, update: async () => undefined });
    signs = new SignsOfLife();
    requests = [];
    clock = 1000;
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  function forest(pageSize = 100): RunForest {
    return new RunForest({
      node,
      search: (request, options) => {
        requests.push(request);
        return store.searchRuns(request, options);
      },
      signs,
      viewState,
      pageSize,
      wantedMetric: '',
    });
  }

  async function newRun(runName: string, parentRunId?: string): Promise<string> {
    const { info } = await store.createRun({
      experimentId: node.experiment.experimentId,
      runName,
      startTimeMs: clock++,
      tags: parentRunId ? [{ key: 'mlflow.parentRunId', value: parentRunId }] : [],
    });
    return info.runId;
  }

  const namesOf = (rows: readonly TreeNode[]) =>
    rows.map(row => (row.kind === 'run' ? row.run.info.runName : row.kind));

  it('puts a child below its parent, also when the parent is on a later page', async () => {
    const parent = await newRun('parent');
    await newRun('alone');
    for (let index = 0; index < 3; index++) {
      await newRun(`child-${index}`, parent);
    }
    const trees = forest(2);
    const rows = await trees.roots();
    expect(namesOf(rows)).toEqual(['alone', 'parent']);
    const below = await trees.childrenOf(rows[1] as RunNode);
    expect(namesOf(below)).toEqual(['child-2', 'child-1', 'more']);
  });

  it('lets a child stand by itself when its parent was deleted', async () => {
    const parent = await newRun('parent');
    await newRun('child', parent);
    await store.deleteRun(parent);
    expect(namesOf(await forest().roots())).toEqual(['child']);
  });

  it('shows every run of a circle of parents, which only a damaged store has', async () => {
    const one = await newRun('one');
    const two = await newRun('two', one);
    await store.setTag(one, { key: 'mlflow.parentRunId', value: two });
    expect(namesOf(await forest().roots()).sort()).toEqual(['one', 'two']);
  });

  it('asks for the changed run alone, and redraws it alone', async () => {
    const runs = [await newRun('a'), await newRun('b')];
    for (const runId of runs) {
      await store.logMetric(runId, { key: 'loss', value: 1, timestampMs: 1, step: 0 });
    }
    const trees = forest();
    const rows = await trees.roots();
    requests.length = 0;
    const [changed = ''] = runs;
    await store.logMetric(changed, { key: 'loss', value: 0.5, timestampMs: 2, step: 1 });
    const redraw = await trees.refresh(new Set([changed]));
    expect(redraw).toEqual([rows[1]]);
    expect((rows[1] as RunNode).run.data.metrics[0]?.value).toBe(0.5);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.maxResults).toBe(1);
  });

  it('redraws the experiment when runs came or went, and keeps the nodes that stay', async () => {
    await newRun('a');
    const trees = forest();
    const [before] = await trees.roots();
    const runId = await newRun('b');
    expect(await trees.refresh(new Set([runId]))).toEqual([node]);
    const after = await trees.roots();
    expect(namesOf(after)).toEqual(['b', 'a']);
    expect(after[1]).toBe(before);
  });

  it('looks once for the life of a run that was read, and again when it is asked to', async () => {
    const wrapper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const [alive, dead] = [await newRun('alive'), await newRun('dead')];
    const beat = (runId: string, pid: number, processStartMs: number) =>
      store.setTag(runId, {
        key: HEARTBEAT_TAG,
        value: encodeHeartbeat({ host: hostname(), pid, processStartMs, atMs: Date.now() }),
      });
    await beat(alive, wrapper.pid ?? 0, Date.now());
    await beat(dead, process.pid, 1);
    const trees = forest();
    const stale = async () => ((await trees.roots()) as RunNode[]).map(row => row.isStale);
    expect(await stale()).toEqual([true, false]);

    wrapper.kill('SIGKILL');
    await once(wrapper, 'exit');
    // Rows that are drawn again from memory ask nobody.
    expect(await stale()).toEqual([true, false]);
    signs.look(trees.shownRuns, true);
    expect(await stale()).toEqual([true, true]);

    // A run that was read again is looked at again, before its row is drawn.
    await beat(dead, process.pid, Date.now() - process.uptime() * 1000);
    await trees.refresh(new Set([dead]));
    expect(trees.find(dead)?.isStale).toBe(false);
    expect(trees.find(alive)?.isStale).toBe(true);
  });

  it('shows the parent of a match as context under a filter', async () => {
    const parent = await newRun('parent');
    await newRun('child', parent);
    await newRun('other');
    viewState.update({ filter: "attributes.run_name = 'child'" });
    const [row] = (await forest().roots()) as RunNode[];
    expect(row?.run.info.runName).toBe('parent');
    expect(row?.contextOnly).toBe(true);
  });
});

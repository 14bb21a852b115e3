import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { ExperimentOpener, experimentNodeId } from '../../../src/host/model/experimentOpener';
import { ViewState } from '../../../src/host/model/viewState';
import { FileStore } from '../../../src/stores/file/fileStore';

const START = 1_800_000_000_000;

describe('the opener of experiments', () => {
  let folder: string;
  let store: FileStore;
  let viewState: ViewState;
  let opener: ExperimentOpener;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tracker-opener-'));
    store = await FileStore.open(path.join(folder, 'mlruns'), { logger: silentLogger });
    viewState = new ViewState({ get: () => undefined, update: async () => undefined });
    opener = new ExperimentOpener({
      getClient: () => Promise.resolve(store),
      viewState,
      startMs: START,
    });
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function newRun(experimentId: string, startTimeMs = START): Promise<string> {
    return (await store.createRun({ experimentId, startTimeMs })).info.runId;
  }

  async function openOnly(): Promise<void> {
    await opener.openOnly((await store.searchExperiments({ maxResults: 100 })).items);
  }

  const isOpen = (experimentId: string) => viewState.isExpanded(experimentNodeId(experimentId));

  it('opens the only experiment that has runs', async () => {
    const empty = await store.createExperiment({ name: 'empty' });
    const iris = await store.createExperiment({ name: 'iris' });
    await openOnly();
    expect(isOpen(iris)).toBe(false);
    await newRun(iris);
    await openOnly();
    expect(isOpen(iris)).toBe(true);
    expect(isOpen(empty)).toBe(false);
  });

  it('opens none of several', async () => {
    const iris = await store.createExperiment({ name: 'iris' });
    const digits = await store.createExperiment({ name: 'digits' });
    await newRun(iris);
    await newRun(digits);
    await openOnly();
    expect(isOpen(iris)).toBe(false);
    expect(isOpen(digits)).toBe(false);
  });

  it('leaves alone what was closed by hand', async () => {
    const iris = await store.createExperiment({ name: 'iris' });
    await newRun(iris);
    viewState.setExpanded(experimentNodeId(iris), false);
    await openOnly();
    expect(isOpen(iris)).toBe(false);
  });

  it('tells of the first run that starts in a closed experiment, and again when one is expected', async () => {
    const experimentId = await store.createExperiment({ name: 'iris' });
    const started = async () =>
      opener.startedIn([{ kind: 'runs', experimentId, runId: await newRun(experimentId) }]);
    expect(await started()).toEqual([experimentId]);
    expect(await started()).toEqual([]);
    opener.expectRun();
    expect(await started()).toEqual([experimentId]);
    opener.expectRun();
    viewState.setExpanded(experimentNodeId(experimentId), true);
    expect(await started()).toEqual([]);
  });

  it('tells of one that ended before anybody looked', async () => {
    const experimentId = await store.createExperiment({ name: 'iris' });
    const runId = await newRun(experimentId);
    await store.updateRun(runId, { status: 'FAILED', endTimeMs: START + 1 });
    expect(await opener.startedIn([{ kind: 'runs', experimentId, runId }])).toEqual([experimentId]);
  });

  it('takes no notice of runs that began long ago or are gone', async () => {
    const experimentId = await store.createExperiment({ name: 'iris' });
    const old = await newRun(experimentId, START - 60_000);
    for (const runId of [old, '0'.repeat(32)]) {
      expect(await opener.startedIn([{ kind: 'runs', experimentId, runId }])).toEqual([]);
    }
  });
});

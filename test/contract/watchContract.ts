import { expect } from 'vitest';

import type { StoreChange, TrackingStore } from '../../src/tracking/trackingStore';
import { newExperiment, newName, newRun, point } from './expectations';
import { testAlone, type Subject } from './subject';

/** Generous against a busy machine; the promise is 2 s. */
const PATIENCE_MS = 20_000;

/** Listens from now on; `until` resolves with the first change that satisfies `wanted`, seen before or not. */
function watch(store: TrackingStore) {
  const seen: StoreChange[] = [];
  let recheck = () => {};
  const subscription = store.onDidChange(changes => {
    seen.push(...changes);
    recheck();
  });
  return {
    /** Forgets what was seen. */
    clear: () => seen.splice(0),
    dispose: () => subscription.dispose(),
    until: (what: string, wanted: (change: StoreChange) => boolean) =>
      new Promise<StoreChange>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no change ${what}; seen: ${JSON.stringify(seen)}`)),
          PATIENCE_MS,
        );
        recheck = () => {
          const found = seen.find(wanted);
          if (found !== undefined) {
            clearTimeout(timer);
            resolve(found);
          }
        };
        recheck();
      }),
  };
}

const ofExperiments = (change: StoreChange) => change.kind !== 'runs';

/** A change that makes a listener look at that run: of the run, of its experiment, or of everything. */
function ofRun(experimentId: string, runId: string) {
  return (change: StoreChange) =>
    change.kind === 'everything' ||
    (change.kind === 'runs' &&
      change.experimentId === experimentId &&
      (change.runId === undefined || change.runId === runId));
}

/** Each kind of write, and what must be told about it. Uses `writer`; `store` may be another one. */
async function expectToHear(store: TrackingStore, writer: TrackingStore): Promise<void> {
  const { experimentId, runId } = (await newRun(writer)).info;
  const watching = watch(store);
  try {
    // At once: nothing may be lost between listening and the first look at what was there.
    await writer.setTag(runId, { key: 'first', value: 'write' });
    await watching.until('of the first tag', ofRun(experimentId, runId));
    const steps: readonly [string, () => Promise<unknown>][] = [
      ['of a metric', () => writer.logMetric(runId, point('loss', 1))],
      ['of a further point', () => writer.logMetric(runId, point('loss', 0.5, { step: 1 }))],
      ['of a param', () => writer.logParam(runId, { key: 'lr', value: '1' })],
      ['of a tag', () => writer.setTag(runId, { key: 'nested/tag', value: '1' })],
      ['of an end', () => writer.updateRun(runId, { status: 'FINISHED', endTimeMs: Date.now() })],
      ['of a batch', () => writer.logBatch(runId, { metrics: [point('a/b', 1)] })],
      ['of a deletion', () => writer.deleteRun(runId)],
      ['of a restoration', () => writer.restoreRun(runId)],
    ];
    for (const [what, write] of steps) {
      watching.clear();
      await write();
      await watching.until(what, ofRun(experimentId, runId));
    }

    watching.clear();
    const other = await writer.createRun({ experimentId });
    await watching.until('of a new run', ofRun(experimentId, other.info.runId));

    watching.clear();
    const added = await newExperiment(writer);
    await watching.until('of a new experiment', ofExperiments);
    watching.clear();
    await writer.renameExperiment(added, newName('renamed'));
    await watching.until('of a new name', ofExperiments);
    watching.clear();
    await writer.deleteExperiment(added);
    await watching.until('of a deleted experiment', ofExperiments);
  } finally {
    watching.dispose();
  }
}

export function watchContract(subject: Subject): void {
  testAlone(subject, 'own writes are heard', async ({ store }) => {
    await expectToHear(store, store);
  });

  testAlone(subject, 'writes of another store on the same backend are heard', async backend => {
    await expectToHear(backend.store, await backend.openAnother());
  });

  testAlone(subject, 'each listener hears, one that left hears no more', async ({ store }) => {
    const { experimentId, runId } = (await newRun(store)).info;
    let heardAfterLeaving = 0;
    const left = store.onDidChange(() => {
      heardAfterLeaving += 1;
    });
    left.dispose();
    const staying = [watch(store), watch(store)];
    await store.setTag(runId, { key: 'a', value: '1' });
    for (const each of staying) {
      await each.until('of a tag', ofRun(experimentId, runId));
      each.dispose();
    }
    expect(heardAfterLeaving).toBe(0);
  });

  testAlone(subject, 'who listens again after a pause hears again', async backend => {
    const writer = await backend.openAnother();
    const { experimentId, runId } = (await newRun(writer)).info;
    for (const value of ['1', '2']) {
      const watching = watch(backend.store);
      await writer.setTag(runId, { key: 'a', value });
      await watching.until(`of tag ${value}`, ofRun(experimentId, runId));
      watching.dispose();
    }
  });
}

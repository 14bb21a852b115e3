import { expect } from 'vitest';

import type { Dataset, DatasetInput, Run } from '../../src/tracking/entities';
import { asRecord, expectRefusal, newExperiment, newRun, REFUSALS } from './expectations';
import { describeOn, type Subject } from './subject';

const IRIS: Dataset = {
  name: 'iris / größe',
  digest: 'abc12345',
  sourceType: 'local',
  source: '{"uri": "data/iris.csv"}',
  schema: '{"mlflow_colspec": [{"type": "double", "name": "x", "required": true}]}',
  profile: '{"num_rows": 150, "num_elements": 600}',
};
const BARE: Dataset = { name: 'bare', digest: 'd', sourceType: 'code', source: '' };

function input(dataset: Dataset, tags: Readonly<Record<string, string>> = {}): DatasetInput {
  return { dataset, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

/** Inputs in a fixed order, with their tags as a record. */
function datasetsOf(run: Run) {
  return run.inputs.datasets
    .map(({ dataset, tags }) => ({ dataset, tags: asRecord(tags) }))
    .sort((a, b) => (a.dataset.digest < b.dataset.digest ? -1 : 1));
}

export function inputsContract(subject: Subject): void {
  describeOn(subject, 'datasets', (test, backend) => {
    test('inputs come back whole', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logInputs(runId, {
        datasets: [input(IRIS, { 'mlflow.data.context': 'train', note: 'ü' }), input(BARE)],
      });
      expect(datasetsOf(await store.getRun(runId))).toEqual([
        { dataset: IRIS, tags: { 'mlflow.data.context': 'train', note: 'ü' } },
        { dataset: BARE, tags: {} },
      ]);
    });

    test('the first registration of a dataset in an experiment wins', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const first = (await store.createRun({ experimentId })).info.runId;
      const second = (await store.createRun({ experimentId })).info.runId;
      await store.logInputs(first, { datasets: [input(IRIS)] });
      await store.logInputs(second, {
        datasets: [input({ ...IRIS, source: 'another', profile: 'x' })],
      });
      expect(datasetsOf(await store.getRun(second))).toEqual([{ dataset: IRIS, tags: {} }]);

      const elsewhere = (await newRun(store)).info.runId;
      await store.logInputs(elsewhere, { datasets: [input({ ...IRIS, source: 'another' })] });
      expect(datasetsOf(await store.getRun(elsewhere))[0]?.dataset.source).toBe('another');
    });

    test('linking again changes nothing, its tags neither', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logInputs(runId, {
        datasets: [input(IRIS, { a: '1' }), input(IRIS, { a: '2' })],
      });
      await store.logInputs(runId, { datasets: [input(IRIS, { a: '3', b: '4' })] });
      expect(datasetsOf(await store.getRun(runId))).toEqual([{ dataset: IRIS, tags: { a: '1' } }]);
    });

    test('a search for datasets summarises those of its experiments', async () => {
      const { store } = backend();
      const ids = [
        await newExperiment(store),
        await newExperiment(store),
        await newExperiment(store),
      ];
      for (const [i, context] of ['train', 'eval', 'other'].entries()) {
        const { info } = await store.createRun({ experimentId: ids[i] ?? '' });
        await store.logInputs(info.runId, {
          datasets: [input(IRIS, { 'mlflow.data.context': context })],
        });
      }
      const summaries = await store.searchDatasets(ids.slice(0, 2));
      const expected = ['train', 'eval'].map((context, i) => ({
        experimentId: ids[i],
        name: IRIS.name,
        digest: IRIS.digest,
        context,
      }));
      expect(summaries).toHaveLength(2);
      expect(summaries).toEqual(expect.arrayContaining(expected));
    });

    test('what is no dataset, and a deleted run, are refused', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const bad = [
        input({ ...IRIS, name: 'n'.repeat(501) }),
        input({ ...IRIS, digest: 'd'.repeat(37) }),
        input({ ...IRIS, source: 's'.repeat(65_536) }),
        input(IRIS, { ['k'.repeat(256)]: '' }),
        input(IRIS, { k: 'v'.repeat(501) }),
      ];
      for (const each of bad) {
        await expectRefusal(
          store.logInputs(runId, { datasets: [each] }),
          'INVALID_PARAMETER_VALUE',
        );
      }
      expect(datasetsOf(await store.getRun(runId))).toEqual([]);
      await store.deleteRun(runId);
      await expectRefusal(store.logInputs(runId, { datasets: [input(IRIS)] }), ...REFUSALS);
    });
  });
}

import { expect } from 'vitest';

import type { TrackingStore } from '../../src/tracking/trackingStore';
import {
  allPages,
  asRecord,
  expectRefusal,
  newExperiment,
  newRun,
  plainPoint,
  point,
} from './expectations';
import { describeOn, type Subject } from './subject';

export function loggedModelsContract(subject: Subject): void {
  describeOn(subject, 'logged models', (test, backend) => {
    const newModel = async (store: TrackingStore, name = 'model') => {
      const { runId, experimentId } = (await newRun(store)).info;
      return store.createLoggedModel({ experimentId, name, sourceRunId: runId });
    };

    test('a model goes from pending to ready', async () => {
      const { store } = backend();
      const { runId, experimentId } = (await newRun(store)).info;
      const created = await store.createLoggedModel({
        experimentId,
        name: 'größer',
        sourceRunId: runId,
        modelType: 'classifier',
        tags: [{ key: 'stage', value: 'dev' }],
        params: [{ key: 'depth/x', value: '3' }],
      });
      expect(created.modelId).toMatch(/^m-[0-9a-f]{32}$/);
      expect(created).toMatchObject({
        experimentId,
        name: 'größer',
        sourceRunId: runId,
        modelType: 'classifier',
        status: 'LOGGED_MODEL_PENDING',
        metrics: [],
      });
      expect(created.artifactUri).toMatch(new RegExp(`/models/${created.modelId}/artifacts/?$`));
      expect(asRecord(created.tags)).toEqual({ stage: 'dev' });
      expect(asRecord(created.params)).toEqual({ 'depth/x': '3' });
      expect(await store.getLoggedModel(created.modelId)).toEqual(created);

      const ready = await store.finalizeLoggedModel(created.modelId, 'LOGGED_MODEL_READY');
      expect(ready.status).toBe('LOGGED_MODEL_READY');
      expect(await store.getLoggedModel(created.modelId)).toEqual(ready);
    });

    test('a model without a name gets one; names that cannot be paths are refused', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      expect((await store.createLoggedModel({ experimentId })).name).not.toBe('');
      for (const name of ['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"]) {
        await expectRefusal(
          store.createLoggedModel({ experimentId, name }),
          'INVALID_PARAMETER_VALUE',
        );
      }
    });

    test('tags and params', async () => {
      const { store } = backend();
      const { modelId } = await newModel(store);
      await store.setLoggedModelTags(modelId, [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]);
      const tagged = await store.setLoggedModelTags(modelId, [{ key: 'a', value: 'ü' }]);
      expect(asRecord(tagged.tags)).toEqual({ a: 'ü', b: '2' });
      await store.deleteLoggedModelTag(modelId, 'b');
      await store.logLoggedModelParams(modelId, [{ key: 'p', value: 'x'.repeat(6000) }]);
      const model = await store.getLoggedModel(modelId);
      expect(asRecord(model.tags)).toEqual({ a: 'ü' });
      expect(asRecord(model.params)).toEqual({ p: 'x'.repeat(6000) });
      await expectRefusal(store.deleteLoggedModelTag(modelId, 'b'), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('a metric with a model id belongs to the run and to the model', async () => {
      const { store } = backend();
      const { modelId, sourceRunId: runId = '' } = await newModel(store);
      await store.logMetric(runId, { ...point('acc', 0.5, { step: 1 }), modelId });
      await store.logBatch(runId, {
        metrics: [
          { ...point('acc', 0.75, { step: 2 }), modelId },
          { ...point('loss', 2, { step: 3 }), modelId, datasetName: 'iris', datasetDigest: 'abc' },
          point('other', 1),
        ],
      });
      const { metrics } = await store.getLoggedModel(modelId);
      expect(metrics.every(metric => metric.runId === runId)).toBe(true);
      const points = metrics.map(plainPoint).sort((a, b) => Number(a.step) - Number(b.step));
      expect(points.at(-1)).toEqual(point('loss', 2, { step: 3 }));
      expect(points).toContainEqual(point('acc', 0.75, { step: 2 }));
      expect(points.map(each => each.key)).not.toContain('other');
      expect(metrics.find(metric => metric.key === 'loss')).toMatchObject({
        datasetName: 'iris',
        datasetDigest: 'abc',
      });
      const run = await store.getRun(runId);
      expect(run.data.metrics.map(plainPoint)).toEqual([
        point('acc', 0.75, { step: 2 }),
        point('loss', 2, { step: 3 }),
        point('other', 1),
      ]);
    });

    test('models are inputs and outputs of runs', async () => {
      const { store } = backend();
      const { modelId, sourceRunId: runId = '' } = await newModel(store);
      await store.logOutputs(runId, [{ modelId, step: 3 }]);
      const user = (await newRun(store)).info.runId;
      await store.logInputs(user, { models: [{ modelId }] });
      expect((await store.getRun(runId)).outputs).toEqual({ models: [{ modelId, step: 3 }] });
      expect((await store.getRun(user)).inputs).toEqual({ datasets: [], models: [{ modelId }] });
    });

    test('a deleted or unknown model is not there', async () => {
      const { store } = backend();
      const { modelId, experimentId } = await newModel(store);
      await store.deleteLoggedModel(modelId);
      await expectRefusal(store.getLoggedModel(modelId), 'RESOURCE_DOES_NOT_EXIST');
      expect((await store.searchLoggedModels({ experimentIds: [experimentId] })).items).toEqual([]);
      const unknown = `m-${'0'.repeat(32)}`;
      await expectRefusal(store.getLoggedModel(unknown), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(
        store.finalizeLoggedModel(unknown, 'LOGGED_MODEL_READY'),
        'RESOURCE_DOES_NOT_EXIST',
      );
    });

    test('a search filters, orders and pages', async () => {
      const { store } = backend();
      const { runId, experimentId } = (await newRun(store)).info;
      for (const [i, name] of ['one', 'two', 'Three', 'four'].entries()) {
        const { modelId } = await store.createLoggedModel({
          experimentId,
          name,
          sourceRunId: runId,
          modelType: i < 2 ? 'tree' : 'net',
          params: [{ key: 'depth', value: `${i}` }],
          tags: [{ key: 'owner tag', value: i === 0 ? 'ada' : 'bob' }],
        });
        await store.logMetric(runId, {
          ...point('acc', i / 4, { step: i }),
          modelId,
          datasetName: i < 2 ? 'iris' : 'optdigits',
          datasetDigest: 'd1',
        });
        if (i === 3) {
          await store.finalizeLoggedModel(modelId, 'LOGGED_MODEL_READY');
        }
      }
      const experimentIds = [experimentId];
      const find = async (filter: string) =>
        (await store.searchLoggedModels({ experimentIds, filter })).items
          .map(model => model.name)
          .sort();
      expect(await find('')).toEqual(['Three', 'four', 'one', 'two']);
      expect(await find("name = 'one'")).toEqual(['one']);
      expect(await find("attributes.model_type = 'net' AND params.depth != '2'")).toEqual(['four']);
      expect(await find("tags.`owner tag` = 'ada'")).toEqual(['one']);
      expect(await find("name ILIKE 't%'")).toEqual(['Three', 'two']);
      expect(await find("name IN ('one', 'four')")).toEqual(['four', 'one']);
      expect(await find('metrics.acc >= 0.5')).toEqual(['Three', 'four']);
      expect(await find(`source_run_id = '${runId}'`)).toHaveLength(4);
      expect(await find('creation_timestamp > 0 AND last_updated_time > 0')).toHaveLength(4);
      await expectRefusal(find('nothing = 1'), 'INVALID_PARAMETER_VALUE');

      const narrowed = await store.searchLoggedModels({
        experimentIds,
        filter: 'metrics.acc >= 0',
        datasets: [{ datasetName: 'iris' }],
      });
      expect(narrowed.items.map(model => model.name).sort()).toEqual(['one', 'two']);

      const orderBy = [{ fieldName: 'metrics.acc', ascending: false }];
      const ordered = (await store.searchLoggedModels({ experimentIds, orderBy })).items;
      expect(ordered.map(model => model.name)).toEqual(['four', 'Three', 'two', 'one']);
      const pages = await allPages(pageToken =>
        store.searchLoggedModels({
          experimentIds,
          orderBy,
          maxResults: 3,
          ...(pageToken === undefined ? {} : { pageToken }),
        }),
      );
      expect(pages).toEqual(ordered);
      const { nextPageToken = '' } = await store.searchLoggedModels({
        experimentIds,
        orderBy,
        maxResults: 3,
      });
      const second = { experimentIds, orderBy, pageToken: nextPageToken };
      expect((await store.searchLoggedModels(second)).items).toEqual(ordered.slice(3));
      for (const other of [
        { ...second, pageToken: 'garbage' },
        { ...second, filter: "name = 'one'" },
        { ...second, orderBy: [] },
        { ...second, experimentIds: [experimentId, experimentId] },
      ]) {
        await expectRefusal(store.searchLoggedModels(other), 'INVALID_PARAMETER_VALUE');
      }
    });
  });
}

import { expect } from 'vitest';

import { RUN_STATUSES } from '../../src/tracking/entities';
import {
  asRecord,
  expectRefusal,
  newExperiment,
  newRun,
  ownTags,
  point,
  REFUSALS,
} from './expectations';
import { describeOn, type Subject } from './subject';

const UNKNOWN_RUN = '0123456789abcdef0123456789abcdef';

export function runsContract(subject: Subject): void {
  describeOn(subject, 'runs', (test, backend) => {
    test('what was created can be got', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const created = await store.createRun({
        experimentId,
        userId: 'ada',
        runName: 'läuft / 1',
        startTimeMs: 1_700_000_000_123,
        tags: [
          { key: 'mlflow.user', value: 'ada' },
          { key: 'a/b c', value: '' },
        ],
      });

      expect(created.info).toMatchObject({
        experimentId,
        userId: 'ada',
        runName: 'läuft / 1',
        status: 'RUNNING',
        startTimeMs: 1_700_000_000_123,
        lifecycleStage: 'active',
      });
      expect(created.info.endTimeMs).toBeUndefined();
      expect(created.info.runId).toMatch(/^[0-9a-f]{32}$/);
      expect(created.info.artifactUri).toMatch(new RegExp(`${created.info.runId}/artifacts$`));
      expect(asRecord(created.data.tags)).toEqual({
        'mlflow.runName': 'läuft / 1',
        'mlflow.user': 'ada',
        'a/b c': '',
      });
      const got = await store.getRun(created.info.runId);
      expect(got.info).toEqual(created.info);
      expect(asRecord(got.data.tags)).toEqual(asRecord(created.data.tags));
      expect(got.inputs).toEqual({ datasets: [], models: [] });
      expect(got.outputs).toEqual({ models: [] });
    });

    test('a start time beyond 2^53 is kept exactly', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const startTimeMs = 2n ** 53n + 1n;
      const { info } = await store.createRun({ experimentId, startTimeMs });
      await store.updateRun(info.runId, { status: 'FINISHED', endTimeMs: 2n ** 63n - 1n });
      expect((await store.getRun(info.runId)).info).toMatchObject({
        startTimeMs,
        endTimeMs: 2n ** 63n - 1n,
      });
    });

    test('a run without a name gets one, in both places', async () => {
      const { info, data } = await newRun(backend().store);
      expect(info.runName).toMatch(/^[a-z]+-[a-z]+-\d{1,4}$/);
      expect(info.runName.length).toBeLessThanOrEqual(20);
      expect(asRecord(data.tags)['mlflow.runName']).toBe(info.runName);
    });

    test('the name may come as the tag, but not differ from it', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const tags = [{ key: 'mlflow.runName', value: 'by tag' }];
      expect((await store.createRun({ experimentId, tags })).info.runName).toBe('by tag');
      expect((await store.createRun({ experimentId, runName: 'by tag', tags })).info.runName).toBe(
        'by tag',
      );
      await expectRefusal(
        store.createRun({ experimentId, runName: 'by field', tags }),
        'INVALID_PARAMETER_VALUE',
      );
    });

    test('an unknown run does not exist', async () => {
      const { store } = backend();
      const calls = [
        () => store.getRun(UNKNOWN_RUN),
        () => store.updateRun(UNKNOWN_RUN, { status: 'FINISHED' }),
        () => store.deleteRun(UNKNOWN_RUN),
        () => store.restoreRun(UNKNOWN_RUN),
        () => store.logMetric(UNKNOWN_RUN, point('a', 1)),
        () => store.logParam(UNKNOWN_RUN, { key: 'a', value: '1' }),
        () => store.setTag(UNKNOWN_RUN, { key: 'a', value: '1' }),
        () => store.deleteTag(UNKNOWN_RUN, 'a'),
        () => store.logBatch(UNKNOWN_RUN, { params: [{ key: 'a', value: '1' }] }),
      ];
      for (const call of calls) {
        await expectRefusal(call(), 'RESOURCE_DOES_NOT_EXIST');
      }
    });

    test('a run id that is none is refused', async () => {
      const { store } = backend();
      for (const runId of ['..', '../../etc', 'a b', '', '.trash', 'x'.repeat(257)]) {
        await expectRefusal(
          store.getRun(runId),
          'INVALID_PARAMETER_VALUE',
          'RESOURCE_DOES_NOT_EXIST',
        );
        await expectRefusal(
          store.logParam(runId, { key: 'a', value: '1' }),
          'INVALID_PARAMETER_VALUE',
          'RESOURCE_DOES_NOT_EXIST',
        );
      }
    });

    test('every status can be set, and each part of an update alone', async () => {
      const { store } = backend();
      const { runId, runName } = (await newRun(store)).info;
      for (const status of RUN_STATUSES) {
        expect(await store.updateRun(runId, { status })).toMatchObject({ runId, status, runName });
        expect((await store.getRun(runId)).info.status).toBe(status);
      }
      await store.updateRun(runId, { status: 'FINISHED' });
      expect((await store.updateRun(runId, { endTimeMs: 1_700_000_001_000 })).status).toBe(
        'FINISHED',
      );
      const renamed = await store.updateRun(runId, { runName: 'another' });
      expect(renamed).toMatchObject({ endTimeMs: 1_700_000_001_000, status: 'FINISHED' });
      expect((await store.getRun(runId)).info).toEqual(renamed);
    });

    test('a finished run that runs again keeps its end time', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.updateRun(runId, { status: 'FINISHED', endTimeMs: 1_700_000_001_000 });
      await store.updateRun(runId, { status: 'RUNNING' });
      expect((await store.getRun(runId)).info).toMatchObject({
        status: 'RUNNING',
        endTimeMs: 1_700_000_001_000,
      });
    });

    test('the run name and its tag follow each other; an empty one is ignored', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      const names = async () => {
        const { info, data } = await store.getRun(runId);
        return [info.runName, asRecord(data.tags)['mlflow.runName']];
      };
      await store.updateRun(runId, { runName: 'by update' });
      expect(await names()).toEqual(['by update', 'by update']);
      await store.setTag(runId, { key: 'mlflow.runName', value: 'by tag' });
      expect(await names()).toEqual(['by tag', 'by tag']);
      await store.logBatch(runId, { tags: [{ key: 'mlflow.runName', value: 'by batch' }] });
      expect(await names()).toEqual(['by batch', 'by batch']);
      await store.updateRun(runId, { runName: '' });
      expect(await names()).toEqual(['by batch', 'by batch']);
      await store.setTag(runId, { key: 'mlflow.runName', value: '' });
      expect((await store.getRun(runId)).info.runName).toBe('by batch');
    });

    test('deleting and restoring are idempotent and hide the run from a search', async () => {
      const { store } = backend();
      const { runId, experimentId } = (await newRun(store)).info;
      const find = async (viewType: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL') =>
        (await store.searchRuns({ experimentIds: [experimentId], viewType })).items.length;

      await store.deleteRun(runId);
      await store.deleteRun(runId);
      expect((await store.getRun(runId)).info.lifecycleStage).toBe('deleted');
      expect([await find('ACTIVE_ONLY'), await find('DELETED_ONLY'), await find('ALL')]).toEqual([
        0, 1, 1,
      ]);
      await store.restoreRun(runId);
      await store.restoreRun(runId);
      expect((await store.getRun(runId)).info.lifecycleStage).toBe('active');
      expect([await find('ACTIVE_ONLY'), await find('DELETED_ONLY'), await find('ALL')]).toEqual([
        1, 0, 1,
      ]);
    });

    test('a deleted run refuses every write and keeps what it had', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.logParam(runId, { key: 'kept', value: '1' });
      await store.setTag(runId, { key: 'kept', value: '1' });
      await store.deleteRun(runId);
      const before = await store.getRun(runId);
      const refused = [
        () => store.updateRun(runId, { status: 'FINISHED' }),
        () => store.updateRun(runId, { runName: 'late' }),
        () => store.logMetric(runId, point('m', 1)),
        () => store.logParam(runId, { key: 'p', value: '1' }),
        () => store.setTag(runId, { key: 't', value: '1' }),
        () => store.deleteTag(runId, 'kept'),
        () => store.logBatch(runId, { metrics: [point('m', 1)], tags: [{ key: 't', value: '1' }] }),
      ];
      for (const call of refused) {
        const refusal = await expectRefusal(call(), 'INVALID_PARAMETER_VALUE');
        expect(refusal.message).toContain('active');
      }
      expect(await store.getRun(runId)).toEqual(before);
    });

    test('writes are taken again after a restore', async () => {
      const { store } = backend();
      const { runId } = (await newRun(store)).info;
      await store.deleteRun(runId);
      await store.restoreRun(runId);
      await store.setTag(runId, { key: 'back', value: 'yes' });
      expect(ownTags(await store.getRun(runId))).toEqual({ back: 'yes' });
    });

    test('a run with 300 tags is created whole', async () => {
      const { store } = backend();
      const tags = Array.from({ length: 300 }, (_, i) => ({ key: `tag ${i}`, value: `${i}` }));
      const { info } = await store.createRun({ experimentId: await newExperiment(store), tags });
      expect(ownTags(await store.getRun(info.runId))).toEqual(asRecord(tags));
    });

    test('a run that may not be created leaves nothing behind', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const tags = [
        { key: 'good', value: '1' },
        { key: 'bad\nkey', value: '1' },
      ];
      await expectRefusal(store.createRun({ experimentId, tags }), ...REFUSALS);
      expect(
        (await store.searchRuns({ experimentIds: [experimentId], viewType: 'ALL' })).items,
      ).toEqual([]);
    });

    test('a cancelled call rejects with the reason of its signal', async () => {
      const { store } = backend();
      const reason = new Error('the pointer left');
      const { runId } = (await newRun(store)).info;
      await expect(store.getRun(runId, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await expect(
        store.searchRuns({ experimentIds: ['0'] }, { signal: AbortSignal.abort(reason) }),
      ).rejects.toBe(reason);
    });
  });
}

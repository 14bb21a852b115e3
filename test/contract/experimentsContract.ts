import { expect } from 'vitest';

import { asRecord, expectRefusal, newExperiment, newName, newRun, REFUSALS } from './expectations';
import { describeOn, testAlone, type Subject } from './subject';

export function experimentsContract(subject: Subject): void {
  describeOn(subject, 'experiments', (test, backend) => {
    test('what was created can be got by id and by name', async () => {
      const { store } = backend();
      const name = newName("it's an “experiment” / with 🎲 in it");
      const before = Date.now();
      const experimentId = await store.createExperiment({
        name,
        tags: [
          { key: 'team', value: 'vision' },
          { key: 'mlflow.note.content', value: 'zwei\nZeilen' },
        ],
      });

      expect(typeof experimentId).toBe('string');
      const experiment = await store.getExperiment(experimentId);
      expect(experiment).toMatchObject({ experimentId, name, lifecycleStage: 'active' });
      expect(experiment.artifactLocation).toMatch(new RegExp(`${experimentId}$`));
      expect(Number(experiment.creationTimeMs)).toBeGreaterThanOrEqual(before - 1);
      expect(experiment.lastUpdateTimeMs).toBe(experiment.creationTimeMs);
      expect(asRecord(experiment.tags)).toEqual({
        team: 'vision',
        'mlflow.note.content': 'zwei\nZeilen',
      });
      expect(await store.getExperimentByName(name)).toEqual(experiment);
    });

    test('an artifact location is kept as it was given', async () => {
      const { store } = backend();
      const artifactLocation = 's3://bucket/some folder/x';
      const id = await store.createExperiment({ name: newName('elsewhere'), artifactLocation });
      expect((await store.getExperiment(id)).artifactLocation).toBe(artifactLocation);
      const run = await store.createRun({ experimentId: id });
      expect(run.info.artifactUri).toBe(`${artifactLocation}/${run.info.runId}/artifacts`);
    });

    test('a name is taken by an active and by a deleted experiment', async () => {
      const { store } = backend();
      const name = newName('taken');
      const id = await store.createExperiment({ name });
      const active = await expectRefusal(
        store.createExperiment({ name }),
        'RESOURCE_ALREADY_EXISTS',
      );
      await store.deleteExperiment(id);
      const deleted = await expectRefusal(
        store.createExperiment({ name }),
        'RESOURCE_ALREADY_EXISTS',
      );
      expect(deleted.message).not.toBe(active.message);
    });

    test('names differ by case and by spaces', async () => {
      const { store } = backend();
      const name = newName('Case');
      if (subject.traits.namesByCase === 'equal') {
        const id = await store.createExperiment({ name });
        await expectRefusal(
          store.createExperiment({ name: name.toLowerCase() }),
          'RESOURCE_ALREADY_EXISTS',
        );
        await expectRefusal(
          store.getExperimentByName(name.toLowerCase()),
          'RESOURCE_DOES_NOT_EXIST',
        );
        expect((await store.getExperimentByName(name)).experimentId).toBe(id);
        return;
      }
      const ids = [
        await store.createExperiment({ name }),
        await store.createExperiment({ name: name.toLowerCase() }),
        await store.createExperiment({ name: `${name} ` }),
      ];
      expect(new Set(ids).size).toBe(3);
      expect((await store.getExperimentByName(name)).experimentId).toBe(ids[0]);
      expect((await store.getExperimentByName(`${name} `)).experimentId).toBe(ids[2]);
    });

    test('an empty name and one of 501 characters are refused', async () => {
      const { store } = backend();
      await expectRefusal(store.createExperiment({ name: '' }), 'INVALID_PARAMETER_VALUE');
      await expectRefusal(
        store.createExperiment({ name: 'x'.repeat(501) }),
        'INVALID_PARAMETER_VALUE',
      );
      // Characters are counted as Python does: 500 code points, about 1,000 UTF-16 units.
      const longest = subject.traits.longestExperimentName;
      const name = [...`${newName('x')}${'🎲'.repeat(500)}`].slice(0, longest).join('');
      const id = await store.createExperiment({ name });
      expect((await store.getExperiment(id)).name).toBe(name);
    });

    test('an unknown experiment does not exist', async () => {
      const { store } = backend();
      const unknown = '987654321';
      await expectRefusal(store.getExperiment(unknown), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(store.getExperimentByName(newName('nowhere')), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(store.deleteExperiment(unknown), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(store.restoreExperiment(unknown), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(store.renameExperiment(unknown, newName('x')), 'RESOURCE_DOES_NOT_EXIST');
      await expectRefusal(
        store.setExperimentTag(unknown, { key: 'a', value: 'b' }),
        'RESOURCE_DOES_NOT_EXIST',
      );
      await expectRefusal(store.createRun({ experimentId: unknown }), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('an experiment id that is no integer', async () => {
      await expectRefusal(
        backend().store.getExperiment('not-an-integer'),
        subject.traits.experimentIds === 'integers'
          ? 'INVALID_PARAMETER_VALUE'
          : 'RESOURCE_DOES_NOT_EXIST',
      );
    });

    test('an experiment id that climbs out of the store is refused', async () => {
      const { store } = backend();
      for (const id of ['../x', '..', '.trash', 'a/b', '']) {
        await expectRefusal(
          store.getExperiment(id),
          'INVALID_PARAMETER_VALUE',
          'RESOURCE_DOES_NOT_EXIST',
        );
        await expectRefusal(
          store.createRun({ experimentId: id }),
          'INVALID_PARAMETER_VALUE',
          'RESOURCE_DOES_NOT_EXIST',
        );
      }
    });

    test('deleting takes the runs along and is refused the second time', async () => {
      const { store } = backend();
      const run = await newRun(store);
      const { experimentId } = run.info;
      await store.deleteExperiment(experimentId);

      expect((await store.getExperiment(experimentId)).lifecycleStage).toBe('deleted');
      expect((await store.getRun(run.info.runId)).info.lifecycleStage).toBe('deleted');
      const find = async (viewType: 'ACTIVE_ONLY' | 'DELETED_ONLY') =>
        (await store.searchRuns({ experimentIds: [experimentId], viewType })).items.length;
      expect([await find('ACTIVE_ONLY'), await find('DELETED_ONLY')]).toEqual([0, 1]);
      await expectRefusal(store.deleteExperiment(experimentId), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('a deleted experiment is found by name', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      const { name } = await store.getExperiment(id);
      await store.deleteExperiment(id);
      expect(await store.getExperimentByName(name)).toMatchObject({
        experimentId: id,
        lifecycleStage: 'deleted',
      });
    });

    test('restoring brings back every run, also those deleted before', async () => {
      const { store } = backend();
      const experimentId = await newExperiment(store);
      const one = await store.createRun({ experimentId });
      const other = await store.createRun({ experimentId });
      await store.deleteRun(one.info.runId);
      await store.deleteExperiment(experimentId);
      await store.restoreExperiment(experimentId);

      expect((await store.getExperiment(experimentId)).lifecycleStage).toBe('active');
      const { items } = await store.searchRuns({ experimentIds: [experimentId] });
      expect(items.map(run => run.info.runId).sort()).toEqual(
        [one.info.runId, other.info.runId].sort(),
      );
      await expectRefusal(store.restoreExperiment(experimentId), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('renaming changes the name and the update time', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      const before = await store.getExperiment(id);
      const name = newName('renamed');
      await store.renameExperiment(id, name);
      const after = await store.getExperiment(id);
      expect(after).toMatchObject({ name, creationTimeMs: before.creationTimeMs });
      expect(Number(after.lastUpdateTimeMs)).toBeGreaterThanOrEqual(
        Number(before.lastUpdateTimeMs),
      );
      await expectRefusal(store.getExperimentByName(before.name), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('renaming to a taken name, to nothing, or when deleted is refused', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      const { name: taken } = await store.getExperiment(await newExperiment(store));
      await expectRefusal(store.renameExperiment(id, taken), subject.traits.renameToTakenName);
      await expectRefusal(store.renameExperiment(id, ''), 'INVALID_PARAMETER_VALUE');
      await store.deleteExperiment(id);
      await expectRefusal(store.renameExperiment(id, newName('late')), ...REFUSALS);
    });

    test('tags are set, replaced and deleted', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      const long = 'ß'.repeat(5000);
      await store.setExperimentTag(id, { key: 'team', value: 'a' });
      await store.setExperimentTag(id, { key: 'team', value: 'b' });
      await store.setExperimentTag(id, { key: 'größe/лог', value: '' });
      await store.setExperimentTag(id, { key: 'long', value: long });
      expect(asRecord((await store.getExperiment(id)).tags)).toEqual({
        team: 'b',
        'größe/лог': '',
        long,
      });
      await store.deleteExperimentTag(id, 'team');
      expect(asRecord((await store.getExperiment(id)).tags)).toEqual({ 'größe/лог': '', long });
      await expectRefusal(store.deleteExperimentTag(id, 'team'), 'RESOURCE_DOES_NOT_EXIST');
    });

    test('tags outlive a rename, a delete and a restore', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      await store.setExperimentTag(id, { key: 'kept', value: '1' });
      await store.renameExperiment(id, newName('renamed'));
      await store.setExperimentTag(id, { key: 'kept', value: '2' });
      await store.deleteExperiment(id);
      await store.restoreExperiment(id);
      expect(asRecord((await store.getExperiment(id)).tags)).toEqual({ kept: '2' });
    });

    test('a deleted experiment takes no tag and no run', async () => {
      const { store } = backend();
      const id = await newExperiment(store);
      await store.deleteExperiment(id);
      await expectRefusal(
        store.setExperimentTag(id, { key: 'a', value: 'b' }),
        'INVALID_PARAMETER_VALUE',
      );
      await expectRefusal(store.createRun({ experimentId: id }), ...REFUSALS);
    });
  });

  testAlone(
    subject,
    'a new store has the default experiment, which takes runs',
    async ({ store }) => {
      const run = await store.createRun({ experimentId: '0' });
      expect(await store.getExperiment('0')).toMatchObject({
        name: 'Default',
        lifecycleStage: 'active',
      });
      expect((await store.getExperimentByName('Default')).experimentId).toBe('0');
      expect((await store.getRun(run.info.runId)).info.experimentId).toBe('0');
    },
  );

  testAlone(subject, 'deleting the default experiment', async ({ store }) => {
    await store.createRun({ experimentId: '0' });
    if (subject.traits.deleteDefaultExperiment === 'allowed') {
      await store.deleteExperiment('0');
      expect((await store.getExperiment('0')).lifecycleStage).toBe('deleted');
    } else {
      await expectRefusal(store.deleteExperiment('0'), ...REFUSALS);
    }
  });
}

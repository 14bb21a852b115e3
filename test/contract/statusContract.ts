import { existsSync } from 'node:fs';

import { expect } from 'vitest';

import { expectRefusal, newRun } from './expectations';
import { testAlone, type Subject } from './subject';

export function statusContract(subject: Subject): void {
  testAlone(subject, 'looking at a store that is not there makes nothing', async backend => {
    const { store } = backend;
    const { items } = await store.searchExperiments({ maxResults: 10, viewType: 'ALL' });
    expect(items.map(experiment => experiment.name).filter(name => name !== 'Default')).toEqual([]);
    expect(await store.searchRuns({ experimentIds: ['0'] })).toEqual({ items: [] });
    await expectRefusal(store.getRun('0'.repeat(32)), 'RESOURCE_DOES_NOT_EXIST');
    await store.getStatus();
    store.onDidChange(() => {}).dispose();
    expect(existsSync(backend.path)).toBe(false);

    const { info } = await newRun(store);
    expect(existsSync(backend.path)).toBe(true);
    expect((await store.getRun(info.runId)).info).toEqual(info);
  });

  testAlone(subject, 'the status tells what the store is', async ({ store }) => {
    await newRun(store);
    const status = await store.getStatus();
    expect(status).toMatchObject({ kind: subject.kind, writable: true, problems: [] });
    expect(status.uri).not.toBe('');
    expect(status.readOnlyReason).toBeUndefined();
  });
}

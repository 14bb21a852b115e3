import { expect } from 'vitest';

import { allPages, expectRefusal } from './expectations';
import { testAlone, type Subject } from './subject';

export function experimentSearchContract(subject: Subject): void {
  testAlone(subject, 'a search for experiments filters, orders and pages', async ({ store }) => {
    const ids = new Map<string, string>();
    for (const name of ['beta', 'Alpha', 'alpha 2', 'gamma_1', 'gammaX1', 'deleted']) {
      const tags = name.startsWith('gamma') ? [{ key: 'team tag', value: 'G' }] : [];
      ids.set(name, await store.createExperiment({ name, tags }));
    }
    await store.deleteExperiment(ids.get('deleted') ?? '');

    const find = async (filter: string, orderBy: readonly string[] = ['name ASC']) => {
      const { items } = await store.searchExperiments({ filter, orderBy, maxResults: 100 });
      return items.map(experiment => experiment.name).filter(name => name !== 'Default');
    };
    expect(await find('')).toEqual(['Alpha', 'alpha 2', 'beta', 'gammaX1', 'gamma_1']);
    expect(await find('', ['name DESC'])).toEqual([
      'gamma_1',
      'gammaX1',
      'beta',
      'alpha 2',
      'Alpha',
    ]);
    expect(await find("name = 'Alpha'")).toEqual(['Alpha']);
    expect(await find("attribute.name != 'Alpha'")).toEqual([
      'alpha 2',
      'beta',
      'gammaX1',
      'gamma_1',
    ]);
    expect(await find("name LIKE 'alpha%'")).toEqual(['alpha 2']);
    expect(await find("name ILIKE 'alpha%'")).toEqual(['Alpha', 'alpha 2']);
    expect(await find("name LIKE 'gamma_1'")).toEqual(['gammaX1', 'gamma_1']);
    expect(await find("tags.`team tag` = 'G' AND name LIKE '%X%'")).toEqual(['gammaX1']);
    expect(await find("tag.`team tag` != 'x'")).toEqual(['gammaX1', 'gamma_1']);
    expect(await find("tags.`team tag` IS NULL AND name != 'Alpha'")).toEqual(['alpha 2', 'beta']);
    expect(await find('creation_time > 0 AND last_update_time >= 0')).toHaveLength(5);
    expect(await find('creation_time < 1000')).toEqual([]);

    const { items: newest } = await store.searchExperiments({ maxResults: 100 });
    const times = newest.map(experiment => Number(experiment.creationTimeMs));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const { items: gone } = await store.searchExperiments({
      maxResults: 9,
      viewType: 'DELETED_ONLY',
    });
    expect(gone.map(experiment => experiment.name)).toEqual(['deleted']);

    const whole = await store.searchExperiments({
      maxResults: 100,
      viewType: 'ALL',
      orderBy: ['name'],
    });
    expect(whole.nextPageToken).toBeUndefined();
    const paged = await allPages(pageToken =>
      store.searchExperiments({
        maxResults: 2,
        viewType: 'ALL',
        orderBy: ['name'],
        ...(pageToken === undefined ? {} : { pageToken }),
      }),
    );
    expect(paged).toEqual(whole.items);
  });

  testAlone(subject, 'a search for experiments refuses what MLflow refuses', async ({ store }) => {
    for (const maxResults of [0, -1, 50_001]) {
      await expectRefusal(store.searchExperiments({ maxResults }), 'INVALID_PARAMETER_VALUE');
    }
    const wrong = [
      "name == 'x'",
      'name = x',
      "experiment_id = '1'",
      'metrics.a > 1',
      'name LIKE 1',
      'creation_time = "a"',
    ];
    for (const filter of wrong) {
      await expectRefusal(
        store.searchExperiments({ maxResults: 5, filter }),
        'INVALID_PARAMETER_VALUE',
      );
    }
    for (const orderBy of ['tags.a', 'nothing', 'name SIDEWAYS']) {
      await expectRefusal(
        store.searchExperiments({ maxResults: 5, orderBy: [orderBy] }),
        'INVALID_PARAMETER_VALUE',
      );
    }
    await expectRefusal(
      store.searchExperiments({ maxResults: 5, pageToken: 'garbage' }),
      'INVALID_PARAMETER_VALUE',
    );
  });
}

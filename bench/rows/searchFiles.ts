import { silentLogger } from '../../src/base/logger';
import { FileStore } from '../../src/stores/file/fileStore';
import { EXPERIMENT_ID, syntheticRuns, writeFileStore } from '../datasets';
import type { Row } from '../measure';
import { startPythonPeer } from '../pythonPeer';
import { sameIds } from '../sameIds';
import type { Workspace } from '../workspace';

const REQUEST = {
  experiment_ids: [EXPERIMENT_ID],
  filter: "metrics.loss < 0.5 and params.optimizer = 'adam'",
  order_by: ['metrics.acc DESC'],
  max_results: 100,
} as const;

/** 10,000 runs as files: a store opened for this one search, and one that has answered before. */
export async function searchFilesRows(workspace: Workspace): Promise<Row[]> {
  const root = workspace.path('mlruns');
  await writeFileStore(root, syntheticRuns(10_000));
  const askPeer = startPythonPeer(workspace);
  const peer = {
    name: "MLflow's FileStore, warm Python",
    run: async (): Promise<number> => {
      const answer = await askPeer({ uri: root, ...REQUEST });
      expected = answer.ids;
      return answer.ms;
    },
  };
  let expected: readonly string[] | undefined;
  const search = async (store: FileStore): Promise<number> => {
    const start = performance.now();
    const page = await store.searchRuns({
      experimentIds: REQUEST.experiment_ids,
      filter: REQUEST.filter,
      orderBy: REQUEST.order_by,
      maxResults: REQUEST.max_results,
    });
    const ms = performance.now() - start;
    sameIds(page.items, expected);
    return ms;
  };
  const open = (): Promise<FileStore> => FileStore.open(root, { logger: silentLogger });
  const warm = await open();
  workspace.onClose(() => warm.close());
  await search(warm);
  return [
    {
      name: 'search-files-cold',
      what: 'filter and order 10,000 runs in ./mlruns, first page of 100, store just opened',
      unit: 'ms',
      rounds: 3,
      goal: '≥ 25×',
      peer,
      ours: async () => {
        const store = await open();
        const ms = await search(store);
        await store.close();
        return ms;
      },
    },
    {
      name: 'search-files-again',
      what: 'the same search in a store that is open (an index comes later)',
      unit: 'ms',
      rounds: 3,
      goal: '≥ 300× with an index',
      peer,
      ours: () => search(warm),
    },
  ];
}

import { silentLogger } from '../../src/base/logger';
import { FileStore } from '../../src/stores/file/fileStore';
import { EXPERIMENT_ID, syntheticRuns, writeFileStore } from '../datasets';
import type { Row } from '../measure';
import { startPython } from '../pythonLines';
import { sameIds } from '../sameIds';
import type { Workspace } from '../workspace';

const REQUEST = {
  experiment_ids: [EXPERIMENT_ID],
  filter: "metrics.loss < 0.5 and params.optimizer = 'adam'",
  order_by: ['metrics.acc DESC'],
  max_results: 100,
} as const;

interface PeerAnswer {
  readonly ms: number;
  readonly ids: readonly string[];
}

/** 10,000 runs as files: a store opened for this one search, and one that has answered before. */
export async function searchFilesRows(workspace: Workspace): Promise<Row[]> {
  const root = workspace.path('mlruns');
  await writeFileStore(root, syntheticRuns(10_000));
  // One warm process; only MLflow's own call is timed, not the start of Python.
  const askPeer = startPython<typeof REQUEST & { readonly uri: string }, PeerAnswer>(
    workspace,
    'peer.py',
  );
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
  const cacheFolder = workspace.path('cache');
  const open = (options = {}): Promise<FileStore> =>
    FileStore.open(root, { logger: silentLogger, ...options });
  const searchAnew = async (options = {}): Promise<number> => {
    const store = await open(options);
    const ms = await search(store);
    await store.close();
    return ms;
  };
  // Files that were written just now are not taken into an index.
  await new Promise(resolve => setTimeout(resolve, 11_000));
  await searchAnew({ cacheFolder });
  return [
    {
      name: 'search-files-cold',
      what: 'filter and order 10,000 runs in ./mlruns, first page of 100, store just opened, no index',
      unit: 'ms',
      rounds: 3,
      goal: '≥ 25×',
      peer,
      ours: () => searchAnew(),
    },
    {
      name: 'search-files-indexed',
      what: 'the same, store just opened, with the index that another one left: a look at each file that is named',
      unit: 'ms',
      rounds: 3,
      peer,
      ours: () => searchAnew({ cacheFolder }),
    },
    {
      name: 'search-files-live',
      what: 'the same in a store that someone listens to, as the sidebar does',
      unit: 'ms',
      rounds: 3,
      goal: '≥ 300×',
      peer,
      ours: await liveSearch(workspace, await open({ cacheFolder }), search),
    },
  ];
}

/** Resolves when all runs are watched, which a search shows by its time. */
async function liveSearch(
  workspace: Workspace,
  store: FileStore,
  search: (store: FileStore) => Promise<number>,
): Promise<() => Promise<number>> {
  const unwatched = await search(store);
  const subscription = store.onDidChange(() => undefined);
  workspace.onClose(async () => {
    subscription.dispose();
    await store.close();
  });
  for (let tries = 0; tries < 120 && (await search(store)) > unwatched / 4; tries += 1) {
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
  return () => search(store);
}

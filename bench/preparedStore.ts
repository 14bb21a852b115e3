import { silentLogger } from '../src/base/logger';
import { openStore } from '../src/stores/openStore';
import { fillSqlite, syntheticRuns } from './datasets';
import type { Workspace } from './workspace';

/** A SQLite store made by us at the newest schema, filled with synthetic runs. @returns its file */
export async function preparedSqlite(
  workspace: Workspace,
  name: string,
  runs: number,
): Promise<string> {
  const file = workspace.path(name);
  const store = await openStore(`sqlite:///${file}`, {
    logger: silentLogger,
    workingDir: workspace.root,
  });
  await store.createExperiment({ name: 'first write' });
  await store.close();
  fillSqlite(file, syntheticRuns(runs));
  return file;
}

import { statSync } from 'node:fs';
import path from 'node:path';
import type { Row } from '../measure';
import { preparedSqlite } from '../preparedStore';
import { startMlflowServer, startOurServer } from '../servers';
import type { Workspace } from '../workspace';

/** Cost of the processes that a person waits for. */
export async function processRows(workspace: Workspace): Promise<Row[]> {
  const store = `sqlite:///${await preparedSqlite(workspace, 'ready.db', 1)}`;
  return [
    {
      name: 'server-ready',
      what: 'from spawn to the first answer on an existing SQLite database',
      unit: 'ms',
      rounds: 5,
      goal: '≤ 400 ms',
      ours: async () => {
        const server = await startOurServer(workspace, store);
        await server.stop();
        return server.readyMs;
      },
      peer: {
        name: 'mlflow server',
        run: async () => {
          const server = await startMlflowServer(workspace, store);
          await server.stop();
          return server.readyMs;
        },
      },
    },
    {
      name: 'bundle',
      what: 'dist/extension.js, all that activation loads',
      unit: 'kB',
      rounds: 1,
      goal: '≤ 250 kB',
      ours: () =>
        Promise.resolve(statSync(path.join(workspace.project, 'dist', 'extension.js')).size / 1000),
    },
  ];
}

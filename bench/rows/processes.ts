import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Row } from '../measure';
import { startMlflowServer, startOurServer } from '../servers';
import type { Workspace } from '../workspace';

/** @returns ms from spawn to exit */
function timed(command: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', code => {
      if (code === 0) {
        resolve(performance.now() - start);
      } else {
        reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
      }
    });
  });
}

/** Cost of the processes that a person waits for. */
export async function processRows(workspace: Workspace): Promise<Row[]> {
  const cli = path.join(workspace.project, 'dist', 'cli.js');
  const script = workspace.path('empty.py');
  await writeFile(script, '');
  const store = `sqlite:///${workspace.path('wrapped.db')}`;
  const wrapped = [cli, 'run', '--tracking-uri', store, '--', workspace.python, script];
  await timed(process.execPath, wrapped, workspace.root);
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
      name: 'wrapper',
      what: 'an empty script under `mlflow-tracker run`, less the same script alone',
      unit: 'ms',
      rounds: 7,
      goal: '≤ 300 ms',
      ours: async () => {
        const bare = await timed(workspace.python, [script], workspace.root);
        return (await timed(process.execPath, wrapped, workspace.root)) - bare;
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

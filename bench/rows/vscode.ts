import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fillHistory, syntheticRuns } from '../datasets';
import type { Row } from '../measure';
import { preparedSqlite } from '../preparedStore';
import type { Workspace } from '../workspace';

const POINTS = 1_000_000;
const ROUNDS = 3;

interface Session {
  readonly activationMs: number;
  readonly drawnMs: number;
}

/** What a person waits for in a real VS Code, the one that the tests use. There is no peer inside an editor. */
export async function vscodeRows(workspace: Workspace): Promise<Row[]> {
  const file = await preparedSqlite(workspace, 'mlflow.db', 1);
  fillHistory(file, syntheticRuns(1)[0]?.runId ?? '', 'signal', POINTS);
  const sessions: Session[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    sessions.push(await openOnce(workspace));
  }
  const figures = (pick: (session: Session) => number): (() => Promise<number>) => {
    const left = sessions.map(pick);
    return () => Promise.resolve(left.pop() ?? Number.NaN);
  };
  return [
    {
      name: 'activation',
      what: 'work on the extension host’s thread until the extension is registered',
      unit: 'ms',
      rounds: ROUNDS,
      goal: '≤ 30 ms',
      ours: figures(session => session.activationMs),
    },
    {
      name: 'drawn-1m',
      what: 'from the click on a run with 1,000,000 points to its chart, in a fresh VS Code with software rendering',
      unit: 'ms',
      rounds: ROUNDS,
      goal: '≤ 1 s',
      ours: figures(session => session.drawnMs),
    },
  ];
}

async function openOnce(workspace: Workspace): Promise<Session> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(workspace.project, 'scripts', 'vscode.mjs'),
      ...['--folder', workspace.root],
      ...['--script', path.join(workspace.project, 'bench', 'vscode', 'openMillion.ts')],
    ],
    { cwd: workspace.project },
  );
  const line = stdout.split('\n').find(text => text.startsWith('{"activationMs"'));
  if (line === undefined) {
    throw new Error(`The session in VS Code gave no figures:\n${stdout}`);
  }
  return JSON.parse(line) as Session;
}

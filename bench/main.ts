import { parseArgs } from 'node:util';
import { formatResult, measure, type Row } from './measure';
import { historyRows } from './rows/history';
import { processRows } from './rows/processes';
import { searchFilesRows } from './rows/searchFiles';
import { vscodeRows } from './rows/vscode';
import { compareServers } from './server/compareServers';
import { Workspace } from './workspace';
import { compareWrapper } from './wrapper/compareWrapper';

interface GroupOptions {
  /** A tenth of the data and of the time: shows that everything runs, and the scale. */
  readonly quick: boolean;
  /** Of the group `server`: only over this kind of store. */
  readonly store?: string | undefined;
}

type Group = (workspace: Workspace, options: GroupOptions) => AsyncIterable<string>;

const GROUPS: Readonly<Record<string, Group>> = {
  server: compareServers,
  files: rows(searchFilesRows),
  history: rows(historyRows),
  processes: rows(processRows),
  wrapper: compareWrapper,
  vscode: rows(vscodeRows),
};

function rows(rowsOf: (workspace: Workspace) => Promise<Row[]>): Group {
  return async function* (workspace) {
    for (const row of await rowsOf(workspace)) {
      yield formatResult(await measure(row));
    }
  };
}

const { positionals: asked, values: options } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, store: { type: 'string' } },
});
const unknown = asked.filter(name => !(name in GROUPS));
if (unknown.length > 0) {
  process.stderr.write(
    `No such group: ${unknown.join(', ')}. There are ${Object.keys(GROUPS).join(', ')}.\n`,
  );
  process.exit(2);
}
for (const [name, group] of Object.entries(GROUPS)) {
  if (asked.length > 0 && !asked.includes(name)) {
    continue;
  }
  const workspace = await Workspace.create();
  // The servers are process groups of their own: they would outlive an interrupted session.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void workspace.close().finally(() => process.exit(130)));
  }
  try {
    process.stdout.write(`\n[${name}] preparing\n`);
    for await (const text of group(workspace, options)) {
      process.stdout.write(`${text}\n`);
    }
  } finally {
    await workspace.close();
  }
}

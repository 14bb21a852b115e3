import { formatResult, measure, type Row } from './measure';
import { historyRows } from './rows/history';
import { processRows } from './rows/processes';
import { searchFilesRows } from './rows/searchFiles';
import { searchServerRows } from './rows/searchServer';
import { serverWriteRows } from './rows/serverWrites';
import { vscodeRows } from './rows/vscode';
import { Workspace } from './workspace';

const GROUPS: Readonly<Record<string, (workspace: Workspace) => Promise<Row[]>>> = {
  files: searchFilesRows,
  search: searchServerRows,
  server: serverWriteRows,
  history: historyRows,
  processes: processRows,
  vscode: vscodeRows,
};

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !(name in GROUPS));
if (unknown.length > 0) {
  process.stderr.write(
    `No such group: ${unknown.join(', ')}. There are ${Object.keys(GROUPS).join(', ')}.\n`,
  );
  process.exit(2);
}
for (const [name, rowsOf] of Object.entries(GROUPS)) {
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
    for (const row of await rowsOf(workspace)) {
      process.stdout.write(`${formatResult(await measure(row))}\n`);
    }
  } finally {
    await workspace.close();
  }
}

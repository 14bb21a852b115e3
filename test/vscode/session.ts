/** `node scripts/vscode.mjs`: one VS Code with this extension, to look at or to drive by a script. */
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { projectRoot } from './harness/projectPaths';
import { TemporaryFolder } from './harness/temporaryFolder';
import { VscodeServer } from './harness/vscodeServer';
import { Workbench, themes } from './ui/workbench';
import type { Theme } from './ui/workbench';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: path.join(projectRoot, 'test/vscode/fixtures/plain') },
    script: { type: 'string' },
    copy: { type: 'boolean', default: false },
    theme: { type: 'string', default: 'dark' },
    size: { type: 'string', default: '1280x800' },
    setting: { type: 'string', multiple: true, default: [] },
    'ask-for-trust': { type: 'boolean', default: false },
  },
});

interface SessionScript {
  readonly run: (workbench: Workbench) => Promise<void>;
}

const settings = Object.fromEntries(
  values.setting.map(text => {
    const [key = '', ...value] = text.split('=');
    return [key, JSON.parse(value.join('=')) as unknown];
  }),
);
const askForTrust = values['ask-for-trust'];

async function main(): Promise<void> {
  if (!values.copy) {
    await open(path.resolve(values.folder));
    return;
  }
  await using workspace = await TemporaryFolder.create(path.resolve(values.folder), {
    whole: true,
  });
  await open(workspace.path);
}

async function open(folder: string): Promise<void> {
  if (values.script === undefined) await wait(folder);
  else await drive(folder, values.script);
}

async function wait(folder: string): Promise<void> {
  const theme = { 'workbench.colorTheme': themes[values.theme as Theme] };
  await using server = await VscodeServer.start({
    askForTrust,
    settings: { ...theme, ...settings },
  });
  console.log(`VS Code is at ${server.address(folder)}\nCtrl-C closes it.`);
  await once(process, 'SIGINT');
}

async function drive(folder: string, script: string): Promise<void> {
  const { run } = (await import(pathToFileURL(path.resolve(script)).href)) as SessionScript;
  const [width = 1280, height = 800] = values.size.split('x').map(Number);
  await using workbench = await Workbench.open(folder, {
    askForTrust,
    settings,
    theme: values.theme as Theme,
    size: { width, height },
  });
  try {
    await run(workbench);
  } finally {
    for (const line of workbench.consoleLines) console.log(`  console ${line}`);
  }
}

await main();

/**
 * Runs the mocha suite of `test/vscode/suite` inside a real VS Code on a temporary workspace and prints each result; what is
 * for a workspace that is not trusted in a second one.
 * Desktop VS Code where the set-up could download it, the one in the browser elsewhere; the suite is the same.
 *
 *   node --import ./scripts/lib/resolveTs.mjs test/vscode/runSuite.ts [part of a file name] [--grep TEXT] [--folder DIR] [--json FILE]
 */
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import type { Page } from 'playwright-core';
import { BrowserWindow } from './harness/browserWindow';
import { desktopVscode } from './harness/desktopVscode';
import { isNoise } from './harness/noise';
import { projectRoot } from './harness/projectPaths';
import { TemporaryFolder } from './harness/temporaryFolder';
import { VscodeServer } from './harness/vscodeServer';
import { isForUntrusted } from './suite/support/isForUntrusted';

interface TestResult {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly title: string;
  readonly ms?: number;
  readonly error?: string;
}

const suiteEntry = path.join(projectRoot, 'dist/test/index.js');
/** Stands in for the Jupyter extension. */
const jupyter = path.join(projectRoot, 'dist/test/jupyter');
/** Longest time for the whole suite, ms. */
const suiteLimitMs = 10 * 60_000;

/** Settings by which VS Code does not ask whether a new folder is trusted: it is not. */
const stayUntrusted = { 'security.workspace.trust.startupPrompt': 'never' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, folder: { type: 'string' }, json: { type: 'string' } },
});

async function main(): Promise<void> {
  if (!existsSync(suiteEntry)) throw new Error('The suite is not built. Run: npm run build');
  const only = positionals[0] ?? '';
  const files = globSync('*.test.js', { cwd: path.dirname(suiteEntry) });
  const results: TestResult[] = [];
  for (const untrusted of [false, true]) {
    if (files.some(file => file.includes(only) && isForUntrusted(file) === untrusted)) {
      results.push(...(await runWindow(only, untrusted)));
    }
  }
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(results));
  if (results.length === 0) {
    console.log('No test has run.');
    process.exitCode = 1;
  }
}

/** One window with the suites that are for it. */
async function runWindow(only: string, untrusted: boolean): Promise<readonly TestResult[]> {
  await using scratch = await TemporaryFolder.create();
  await using workspace = await TemporaryFolder.create(
    values.folder ?? path.join(projectRoot, 'test/vscode/fixtures/plain'),
  );
  const resultsFile = path.join(scratch.path, 'results.jsonl');
  const env = {
    TRACKER_TEST_RESULTS: resultsFile,
    TRACKER_TEST_GREP: values.grep ?? '',
    TRACKER_TEST_FILE: only,
    TRACKER_PROJECT: projectRoot,
  };
  const desktop = desktopVscode();
  const code =
    desktop === undefined
      ? await runInBrowser(workspace.path, env, untrusted)
      : await runOnDesktop(desktop, workspace.path, env, untrusted);
  const results = await readResults(resultsFile);
  for (const result of results) print(result);
  if (code !== 0) {
    console.log(`The suite ended with code ${code} after ${results.length} results.`);
    process.exitCode = 1;
  }
  return results;
}

async function runInBrowser(
  folder: string,
  env: NodeJS.ProcessEnv,
  untrusted: boolean,
): Promise<number> {
  await using server = await VscodeServer.start({
    env,
    extensions: [jupyter],
    ...(untrusted ? { askForTrust: true, settings: stayUntrusted } : {}),
  });
  await using window = await BrowserWindow.open();
  let exit: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    exit = resolve;
    window.page.once('crash', () => reject(new Error('The page of VS Code crashed.')));
    const late = `The suite did not end within ${suiteLimitMs / 60_000} minutes.`;
    setTimeout(() => reject(new Error(late)), suiteLimitMs).unref();
  });
  await exposeTestCalls(window.page, exit);
  await window.page.goto(server.address(folder, suiteEntry));
  return await ended;
}

/** The smoke-test driver of the workbench calls these two; they are there before the page is. */
async function exposeTestCalls(page: Page, exit: (code: number) => void): Promise<void> {
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    if (type === 'error' && !isNoise(args.map(String).join(' '))) console.error(...args);
  });
  await page.exposeFunction('codeAutomationExit', exit);
}

async function runOnDesktop(
  vscodeExecutablePath: string,
  folder: string,
  extensionTestsEnv: NodeJS.ProcessEnv,
  untrusted: boolean,
): Promise<number> {
  await using profile = await TemporaryFolder.create();
  const settings = path.join(profile.path, 'User/settings.json');
  await mkdir(path.dirname(settings));
  await writeFile(settings, JSON.stringify(untrusted ? stayUntrusted : {}));
  return await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: [projectRoot, jupyter],
    extensionTestsPath: suiteEntry,
    extensionTestsEnv,
    launchArgs: [
      folder,
      '--disable-extensions',
      ...(untrusted ? [] : ['--disable-workspace-trust']),
      ...['--user-data-dir', profile.path],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

async function readResults(file: string): Promise<TestResult[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '');
  return lines.map(line => JSON.parse(line) as TestResult);
}

function print({ state, title, ms, error }: TestResult): void {
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[state];
  console.log(` ${mark} ${title}${ms === undefined ? '' : ` ${ms}ms`}`);
  if (error !== undefined) console.log(error.replace(/^/gm, '     '));
}

await main();

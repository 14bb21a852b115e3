import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { isForUntrusted } from './support/isForUntrusted';

/**
 * The entry that VS Code calls in its extension host: runs every bundled `*.test.js` beside this file that is for a window
 * like this one. Each result is one
 * JSON line in the file named by TRACKER_TEST_RESULTS, so that a host that dies still tells how far it came.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    // As in vitest.config.mts.
    retries: 1,
    ui: 'bdd',
    timeout: 60_000,
    grep: process.env['TRACKER_TEST_GREP'] ?? '',
  });
  const only = process.env['TRACKER_TEST_FILE'] ?? '';
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  const wanted = files.filter(
    name =>
      name.endsWith('.test.js') &&
      name.includes(only) &&
      isForUntrusted(name) !== vscode.workspace.isTrusted,
  );
  for (const file of wanted.sort()) {
    mocha.addFile(path.join(__dirname, file));
  }
  const failures = await new Promise<number>(resolve => report(mocha.run(resolve)));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

function report(runner: Mocha.Runner): void {
  const results = process.env['TRACKER_TEST_RESULTS'];
  if (results === undefined) return;
  const write = (state: string, test: Mocha.Test, error?: Error) => {
    const line = { state, title: test.fullTitle(), ms: test.duration, error: error?.stack };
    appendFileSync(results, `${JSON.stringify(line)}\n`);
  };
  runner.on('pass', test => write('passed', test));
  runner.on('fail', (test, error: Error) => write('failed', test, error));
  runner.on('pending', test => write('skipped', test));
}

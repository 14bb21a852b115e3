import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** vitest's global set-up: the tests load the bundles that the extension ships. */
export async function setup(): Promise<void> {
  const root = path.resolve(import.meta.dirname, '../../..');
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--only', 'webview'], {
    cwd: root,
  });
}

import { existsSync } from 'node:fs';
import path from 'node:path';

/** The project's own folder, absolute. */
export const projectRoot = path.resolve(import.meta.dirname, '../../..');

/** The VS Code that the set-up put beside the project: server, workbench and built-in extensions. */
export const vscodeServerRoot = path.join(
  projectRoot,
  '.vscode-test/code-server/node_modules/code-server/lib/vscode',
);

/** Node of the version that the VS Code server's native modules were built for. */
export const projectNode = path.join(projectRoot, 'node_modules/node/bin/node');

const chromiums = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns the machine's Chromium or Chrome; throws with the way out where there is none. */
export function chromiumPath(): string {
  const found = chromiums.find(candidate => candidate !== '' && existsSync(candidate));
  if (found === undefined) {
    throw new Error(
      'There is no Chromium here. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    );
  }
  return found;
}

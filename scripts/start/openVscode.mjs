import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { runVisibly, say } from '../lib/progress.mjs';
import { hasDisplay } from '../setUp/desktopVscode.mjs';
import { setUp } from '../setUp.mjs';

/**
 * Opens VS Code with the extension on a folder: the desktop's `code`, else the one that the set-up downloaded, else the one in
 * the browser, whose address it prints; the last one runs until Ctrl-C.
 * @param {string} folder
 */
export async function openVscode(folder) {
  if (hasDisplay() && hasCode()) {
    openDesktop('code', [folder]);
    return;
  }
  await setUp(['open']);
  const downloaded = downloadedVscode();
  if (downloaded !== undefined) {
    const profile = path.join(root, '.vscode-test/user-data');
    openDesktop(downloaded, [folder, '--user-data-dir', profile]);
    return;
  }
  const session = path.join(root, 'scripts/vscode.mjs');
  process.exitCode = await runVisibly(projectNode, [session, '--folder', folder]);
}

/** @param {string} command @param {string[]} args */
function openDesktop(command, args) {
  say('\nOpening VS Code …');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  spawn(command, [`--extensionDevelopmentPath=${root}`, ...args, ...asRoot], {
    detached: true,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  }).unref();
}

function hasCode() {
  try {
    execFileSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' });
    return true;
  } catch {
    return false;
  }
}

function downloadedVscode() {
  const record = path.join(root, '.vscode-test/desktop.json');
  if (!hasDisplay() || !existsSync(record)) return undefined;
  const { executable } = JSON.parse(readFileSync(record, 'utf8'));
  return executable && existsSync(executable) ? executable : undefined;
}

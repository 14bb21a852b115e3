import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { runQuietly, say } from '../lib/progress.mjs';

const record = path.join(root, '.vscode-test/desktop.json');

/**
 * The desktop VS Code by @vscode/test-electron, where its download is allowed and there is a display to show it on. What came
 * of it is written down, so that a refused download is tried once; remove `.vscode-test/desktop.json` to try again.
 */
export const desktopVscode = {
  title: 'VS Code for the desktop',

  isDone() {
    return existsSync(record) || !hasDisplay();
  },

  async run() {
    await mkdir(path.dirname(record), { recursive: true });
    const executable = await download();
    if (executable === undefined)
      say('         its download is refused here: VS Code in the browser is used');
    await writeFile(record, JSON.stringify({ executable: executable ?? null }));
  },
};

export function hasDisplay() {
  return (
    process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
  );
}

/** @returns {Promise<string | undefined>} the executable, tried out; undefined when it cannot be had */
async function download() {
  try {
    await fetch('https://update.code.visualstudio.com/api/releases/stable', {
      signal: AbortSignal.timeout(8_000),
    });
    const script = `
      const { downloadAndUnzipVSCode } = require('@vscode/test-electron');
      downloadAndUnzipVSCode({ version: 'stable', timeout: 30000, reporter: { report() {}, error() {} } })
        .then(file => process.stdout.write(file));`;
    const executable = await runQuietly(projectNode, ['-e', script], { cwd: root });
    // Started as plain Node it loads every library that it needs, and opens nothing.
    execFileSync(executable, ['--version'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: 'ignore',
    });
    return executable;
  } catch {
    return undefined;
  }
}

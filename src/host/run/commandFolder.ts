import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quoteWord } from '../../base/quoteCommand';

/**
 * Makes `mlflow-tracker` a command for terminals: the command line that comes with the extension, run by the editor's own
 * Node, so that nothing has to be installed for it.
 * @param folder of our own; made when it is needed
 * @param nodePath Node, or Electron, which is Node with `ELECTRON_RUN_AS_NODE`
 * @param cliPath `dist/cli.js`
 * @returns `folder`, for the PATH
 */
export async function commandFolder(
  folder: string,
  nodePath: string,
  cliPath: string,
): Promise<string> {
  const shell = `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoteWord(nodePath)} ${quoteWord(cliPath)} "$@"\n`;
  const batch = `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${nodePath}" "${cliPath}" %*\r\n`;
  await mkdir(folder, { recursive: true });
  await writeIfOther(path.join(folder, 'mlflow-tracker'), shell);
  await writeIfOther(path.join(folder, 'mlflow-tracker.cmd'), batch);
  return folder;
}

/** A new version of the editor or of the extension has other paths; another window may use the file meanwhile. */
async function writeIfOther(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) {
    return;
  }
  const unfinished = `${file}.${process.pid}.new`;
  await writeFile(unfinished, text);
  await chmod(unfinished, 0o755);
  await rename(unfinished, file);
}

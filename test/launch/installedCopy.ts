import { cp } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './temporary';
import { CLI } from './workbench';

/** The command and what it needs, in a folder of its own that a test may break. @returns the folder */
export async function installedCopy(): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'dist');
  for (const part of ['cli.js', 'cli', 'node_modules']) {
    await cp(path.join(path.dirname(CLI), part), path.join(folder, part), { recursive: true });
  }
  return folder;
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './projectPaths';

/**
 * The desktop VS Code that the set-up downloaded by @vscode/test-electron.
 * @returns the executable, or undefined where the download is refused or there is no display to open it on
 */
export function desktopVscode(): string | undefined {
  const record = path.join(projectRoot, '.vscode-test/desktop.json');
  if (!existsSync(record)) return undefined;
  const { executable } = JSON.parse(readFileSync(record, 'utf8')) as { executable: string | null };
  if (executable === null || !existsSync(executable)) return undefined;
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY']);
  return hasDisplay ? executable : undefined;
}

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The file that a command names, as a shell finds it on the PATH. Throws an error with Node's `code`: ENOENT when there is
 * none, EACCES when it may not be run.
 * @param cwd where the command runs; a command with a slash in it starts there
 */
export async function findExecutable(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter);
  const bases = /[\\/]/.test(command) ? [cwd] : folders.map(folder => path.resolve(cwd, folder));
  const endings =
    process.platform === 'win32'
      ? ['', ...(env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')]
      : [''];
  let denied = false;
  for (const base of bases) {
    for (const ending of endings) {
      const file = path.resolve(base, command + ending);
      try {
        if ((await stat(file)).isFile()) {
          await access(file, constants.X_OK);
          return file;
        }
      } catch (error) {
        denied ||= error instanceof Error && 'code' in error && error.code === 'EACCES';
      }
    }
  }
  throw Object.assign(new Error(`spawn ${command}`), { code: denied ? 'EACCES' : 'ENOENT' });
}

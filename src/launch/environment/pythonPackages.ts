import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { findExecutable } from '../process/findExecutable';

const IS_WINDOWS = process.platform === 'win32';
/** What pip leaves beside an installed package. */
const INSTALLED = /^(.+)-(\d[^-]*)\.(?:dist|egg)-info$/;

export interface InstalledPackage {
  /** As pip writes it: lower case, with dashes. */
  readonly name: string;
  readonly version: string;
}

/**
 * The packages that a Python interpreter would import, read from its folders without starting it; of a name that occurs
 * twice the one that is imported.
 * @param python path or command of the interpreter
 * @returns sorted by name; empty when the command is not Python
 */
export async function pythonPackages(
  python: string,
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly InstalledPackage[]> {
  if (!isPython(python)) {
    return [];
  }
  const executable = await findExecutable(python, workingDir, env).catch(() => undefined);
  if (executable === undefined) {
    return [];
  }
  // Not the target of a link: an environment's own python is a link to the interpreter that made it.
  const folder = path.dirname(executable);
  const packages = new Map<string, InstalledPackage>();
  for (const library of await packageFolders(IS_WINDOWS ? folder : path.dirname(folder))) {
    for (const entry of await namesIn(library)) {
      const [, written = '', version = ''] = INSTALLED.exec(entry) ?? [];
      const name = written.replace(/[-_.]+/g, '-').toLowerCase();
      if (name !== '' && !packages.has(name)) {
        packages.set(name, { name, version });
      }
    }
  }
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a command is a Python interpreter, by its name. */
export function isPython(command: string): boolean {
  return /^python[\d.]*w?(\.exe)?$/i.test(path.basename(command));
}

/** In the order of `sys.path`: the environment's own, Debian's two for the system's Python, the person's. */
async function packageFolders(prefix: string): Promise<readonly string[]> {
  if (IS_WINDOWS) {
    const environment = path.basename(prefix) === 'Scripts' ? path.dirname(prefix) : prefix;
    return [path.join(environment, 'Lib', 'site-packages')];
  }
  const libraries = [path.join(prefix, 'lib')];
  if (prefix === '/usr') {
    libraries.unshift(path.join(homedir(), '.local', 'lib'), '/usr/local/lib');
  }
  const folders: string[] = [];
  for (const library of libraries) {
    for (const name of await namesIn(library)) {
      if (/^python3/.test(name)) {
        folders.push(path.join(library, name, 'site-packages'));
        folders.push(path.join(library, name, 'dist-packages'));
      }
    }
  }
  return folders;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  // A folder that does not exist has no names.
  return await readdir(folder).catch(() => []);
}

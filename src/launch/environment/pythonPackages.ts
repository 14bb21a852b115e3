import { readdir, readFile } from 'node:fs/promises';
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
  for (const library of await searchedFolders(folder)) {
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

/**
 * Which of these packages an interpreter lacks.
 * @param names as pip writes them
 * @returns undefined where nobody can tell without starting it: it is a shim of a version manager, or not Python
 */
export async function missingPackages(
  python: string,
  names: readonly string[],
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[] | undefined> {
  const packages = await pythonPackages(python, workingDir, env);
  if (packages.length === 0) {
    return undefined;
  }
  const installed = new Set(packages.map(({ name }) => name));
  return names.filter(name => !installed.has(name));
}

/** @param folder where the interpreter's file is */
async function searchedFolders(folder: string): Promise<readonly string[]> {
  const prefix = IS_WINDOWS ? folder : path.dirname(folder);
  const own = await packageFolders(prefix);
  const base = await sharedPrefix(IS_WINDOWS ? path.dirname(folder) : prefix);
  return base === undefined ? own : [...own, ...(await packageFolders(base))];
}

/** The installation whose packages a virtual environment shares (`python -m venv --system-site-packages`). */
async function sharedPrefix(environment: string): Promise<string | undefined> {
  const text = await readFile(path.join(environment, 'pyvenv.cfg'), 'utf8').catch(() => '');
  const home = /^home\s*=\s*(.+?)\s*$/m.exec(text)?.[1];
  if (home === undefined || !/^include-system-site-packages\s*=\s*true\s*$/im.test(text)) {
    return undefined;
  }
  return IS_WINDOWS ? home : path.dirname(home);
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

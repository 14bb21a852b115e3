import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

const IS_WINDOWS = process.platform === 'win32';
/** What pip leaves for `mlflow` and for its smaller `mlflow-skinny`, either of which brings the client. */
const INSTALLED = /^mlflow(?:_skinny)?-(\d[\w.]*)\.dist-info$/;

/**
 * The version of MLflow that a Python interpreter would import, read from its folders without starting it.
 * @param python path or command of the interpreter
 * @returns such as `3.17.2`; undefined when there is none or the command is not Python
 */
export async function installedMlflowVersion(
  python: string,
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (!/^python[\d.]*w?(\.exe)?$/i.test(path.basename(python))) {
    return undefined;
  }
  const executable = await locate(python, workingDir, env);
  if (executable === undefined) {
    return undefined;
  }
  // Not the target of a link: an environment's own python is a link to the interpreter that made it.
  const folder = path.dirname(executable);
  for (const packages of await packageFolders(IS_WINDOWS ? folder : path.dirname(folder))) {
    for (const name of await namesIn(packages)) {
      const version = INSTALLED.exec(name)?.[1];
      if (version !== undefined) {
        return version;
      }
    }
  }
  return undefined;
}

/**
 * The version of MLflow that scripts of a folder would import: of its virtual environment, else of the Python on the PATH.
 * Decides the schema of a database that nobody has made yet.
 */
export async function mlflowVersionOf(
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const inFolder = IS_WINDOWS ? path.join('Scripts', 'python.exe') : path.join('bin', 'python');
  const candidates = [
    path.join('.venv', inFolder),
    path.join('venv', inFolder),
    'python3',
    'python',
  ];
  for (const python of candidates) {
    const version = await installedMlflowVersion(python, workingDir, env);
    if (version !== undefined) {
      return version;
    }
  }
  return undefined;
}

async function locate(
  command: string,
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const candidates = /[\\/]/.test(command)
    ? [path.resolve(workingDir, command)]
    : (env['PATH'] ?? '')
        .split(path.delimiter)
        .filter(Boolean)
        .map(folder => path.resolve(workingDir, folder, command));
  for (const candidate of candidates) {
    if ((await stat(candidate).catch(() => undefined))?.isFile()) {
      return candidate;
    }
  }
  return undefined;
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

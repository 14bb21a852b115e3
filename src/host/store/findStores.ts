import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** A store that lies about, as a tracking URI that is written into the settings. */
export interface FoundStore {
  readonly uri: string;
  /** Where it comes from. */
  readonly origin: 'folder' | '.env' | 'environment';
}

const MAX_SUBFOLDERS = 50;
/** Folders that hold other people's files. */
const SKIPPED = new Set(['node_modules', 'site-packages', '__pycache__', 'dist', 'build']);

/** MLflow stores in a folder and one level below it, and tracking URIs set in its `.env` or the environment. */
export async function findStores(
  folder: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<readonly FoundStore[]> {
  const found: FoundStore[] = [];
  if (folder !== undefined) {
    const below = (await subfolders(folder)).slice(0, MAX_SUBFOLDERS);
    const places = await Promise.all(['', ...below].map(name => storesIn(folder, name)));
    found.push(...places.flat().map(uri => ({ uri, origin: 'folder' as const })));
    const fromFile = await uriInDotEnv(path.join(folder, '.env'));
    if (fromFile !== undefined) {
      found.push({ uri: fromFile, origin: '.env' });
    }
  }
  const fromEnvironment = env['MLFLOW_TRACKING_URI'];
  if (fromEnvironment) {
    found.push({ uri: fromEnvironment, origin: 'environment' });
  }
  return found;
}

async function storesIn(folder: string, name: string): Promise<readonly string[]> {
  const uris: string[] = [];
  if (await isFile(path.join(folder, name, 'mlflow.db'))) {
    uris.push(`sqlite:///${path.posix.join(name, 'mlflow.db')}`);
  }
  if (await isFileStore(path.join(folder, name, 'mlruns'))) {
    uris.push(`./${path.posix.join(name, 'mlruns')}`);
  }
  return uris;
}

/** MLflow's own test: a folder with a number for a name that has a `meta.yaml`. */
async function isFileStore(folder: string): Promise<boolean> {
  for (const name of await subfolders(folder)) {
    if (/^\d+$/.test(name) && (await isFile(path.join(folder, name, 'meta.yaml')))) {
      return true;
    }
  }
  return false;
}

async function subfolders(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(one => one.isDirectory() && !one.name.startsWith('.') && !SKIPPED.has(one.name))
      .map(one => one.name);
  } catch {
    // No such folder, or not ours to read: nothing is found in it.
    return [];
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    // Not there.
    return false;
  }
}

async function uriInDotEnv(file: string): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const line = /^\s*(?:export\s+)?MLFLOW_TRACKING_URI\s*=\s*(.+?)\s*$/m.exec(text);
    return line?.[1]?.replace(/^(['"])(.*)\1$/, '$2') || undefined;
  } catch {
    // No such file.
    return undefined;
  }
}

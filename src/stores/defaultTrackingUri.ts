import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * What is meant when no tracking URI is given: `MLFLOW_TRACKING_URI`, else the store found in the folder, else a database
 * that the first write creates there (MLflow's default since 3.7). An `mlruns` folder counts only when it is a file store:
 * beside a database MLflow keeps nothing but artifacts in it.
 */
export async function defaultTrackingUri(
  workingDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  if (env.MLFLOW_TRACKING_URI) {
    return env.MLFLOW_TRACKING_URI;
  }
  const mlruns = path.resolve(workingDir, 'mlruns');
  return (await isFileStore(mlruns)) ? mlruns : sqliteUri(path.resolve(workingDir, 'mlflow.db'));
}

/** MLflow's rule: a folder below it has a name of digits and holds `meta.yaml`. */
async function isFileStore(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter(one => /^\d+$/.test(one))) {
    const meta = await stat(path.join(folder, name, 'meta.yaml')).catch(() => undefined);
    if (meta?.isFile()) {
      return true;
    }
  }
  return false;
}

/** SQLAlchemy's form: three slashes and the path, which begins with one itself where drives have no letters. */
function sqliteUri(file: string): string {
  return `sqlite:///${file.split(path.sep).join('/')}`;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A real MLflow from PyPI in a Python environment of its own. */
export interface MlflowEnvironment {
  readonly version: string;
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** What it imports before anything else, besides the drivers of databases. */
  readonly pythonPath?: string;
  /** Whether this MLflow knows logged models, and `IS NULL` in filters. */
  readonly isVersion3: boolean;
}

const repository = join(import.meta.dirname, '../..');

/** A folder for `PYTHONPATH` with what MLflow reaches database servers with. */
export const databaseDrivers = join(repository, '.test-env/database-drivers');

/** The current release, as the examples use it. */
export const mlflow3 = environment('3.17.2', 'examples/.venv');
/** Released, but not installable by itself yet: its code on the packages of the one before. */
export const newestMlflow: MlflowEnvironment = {
  ...mlflow3,
  version: '3.18.0',
  pythonPath: join(repository, '.test-env/mlflow-3.18.0'),
};
/** The last of the 2.x line. */
export const mlflow2 = environment('2.22.5', '.test-env/mlflow-2.22.5');

/** @throws Error when the environment has not been made */
export function requireEnvironment({
  version,
  python,
  pythonPath = python,
}: MlflowEnvironment): void {
  if (!existsSync(python) || !existsSync(pythonPath)) {
    throw new Error(`MLflow ${version} is not set up (no ${python}): npm test makes it first`);
  }
}

function environment(version: string, folder: string): MlflowEnvironment {
  const program = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  return {
    version,
    python: join(repository, folder, program),
    isVersion3: version.startsWith('3.'),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A real MLflow from PyPI in a Python environment of its own. */
export interface MlflowEnvironment {
  readonly version: string;
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** What it imports before anything else, besides the extras. */
  readonly pythonPath?: string;
  /** Whether this MLflow knows logged models. */
  readonly isVersion3: boolean;
  /** @param version such as `2.4` */
  isAtLeast(version: string): boolean;
}

const repository = join(import.meta.dirname, '../..');

/** A folder for `PYTHONPATH` with what MLflow reaches database servers and system metrics with. */
export const pythonExtras = join(repository, '.test-env/python-extras');

/** The current release, as the examples use it. */
export const mlflow3 = environment('3.17.2', 'examples/.venv');
/** Released, but not installable by itself yet: its code on the packages of the one before. */
export const newestMlflow: MlflowEnvironment = {
  ...environment('3.18.0', 'examples/.venv'),
  pythonPath: join(repository, '.test-env/mlflow-3.18.0'),
};
/** The last of the 2.x line. */
export const mlflow2 = environment('2.22.5');

/** Those that only `npm run test:clients` sets up. */
export const mlflow1 = environment('1.30.1');
export const earlyMlflow2 = environment('2.3.2');
export const earlyMlflow3 = environment('3.1.4');

/** @throws Error when the environment has not been made */
export function requireEnvironment({
  version,
  python,
  pythonPath = python,
}: MlflowEnvironment): void {
  if (!existsSync(python) || !existsSync(pythonPath)) {
    throw new Error(
      `MLflow ${version} is not set up (no ${python}): npm test, or npm run test:clients for the older ones, makes it first`,
    );
  }
}

function environment(version: string, folder = `.test-env/mlflow-${version}`): MlflowEnvironment {
  const program = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  const isAtLeast = (other: string): boolean =>
    version.localeCompare(other, 'en', { numeric: true }) >= 0;
  return {
    version,
    python: join(repository, folder, program),
    isVersion3: isAtLeast('3.0'),
    isAtLeast,
  };
}

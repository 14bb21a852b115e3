import path from 'node:path';
import { pythonPackages } from './environment/pythonPackages';

const IS_WINDOWS = process.platform === 'win32';

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
  const packages = await pythonPackages(python, workingDir, env);
  // pip's `mlflow`, or its smaller `mlflow-skinny`, either of which brings the client.
  return packages.find(({ name }) => /^mlflow(-skinny)?$/.test(name))?.version;
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

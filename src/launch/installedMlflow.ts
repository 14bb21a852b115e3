import { pythonPackages } from './environment/pythonPackages';
import { PYTHONS_OF_FOLDER } from './environment/pythonsOfFolder';

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
  for (const python of PYTHONS_OF_FOLDER) {
    const version = await installedMlflowVersion(python, workingDir, env);
    if (version !== undefined) {
      return version;
    }
  }
  return undefined;
}

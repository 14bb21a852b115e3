import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TrackingError } from '../tracking/trackingError';
import { isPython } from './environment/pythonPackages';
import { PYTHONS_OF_FOLDER } from './environment/pythonsOfFolder';
import { findExecutable } from './process/findExecutable';
import type { RecordedFile } from './recordedArtifacts';
import type { ScriptSource } from './scriptSource';

/** A notebook that the wrapper executes, see `run_notebook.py`. */
export interface NotebookRun {
  /** What Python is told instead of the notebook. */
  readonly args: readonly string[];
  /** The executed copy, as an artifact; undefined when nothing was executed. */
  result(): Promise<RecordedFile | undefined>;
  dispose(): Promise<void>;
}

export function isNotebook(file: string | undefined): boolean {
  return file !== undefined && /\.ipynb$/i.test(file);
}

/**
 * The Python for a notebook that was given as the command itself: of the folder's environment, else of the PATH.
 * @throws INVALID_STATE where there is none
 */
export async function notebookPython(workingDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  for (const python of PYTHONS_OF_FOLDER) {
    const found = await findExecutable(python, workingDir, env).catch(() => undefined);
    if (found !== undefined) {
      return python;
    }
  }
  throw new TrackingError(
    'INVALID_STATE',
    'There is no Python to run the notebook with: name one before it, such as mlflow-tracker run -- /path/to/python notebook.ipynb.',
  );
}

/**
 * Makes `python notebook.ipynb`, which Python itself cannot run, a command that it can; undefined for any other command.
 * @param runner path of `run_notebook.py`
 * @throws INVALID_PARAMETER_VALUE for words after the notebook, which nothing would read
 */
export async function prepareNotebook(
  command: string,
  args: readonly string[],
  source: ScriptSource,
  runner: string,
): Promise<NotebookRun | undefined> {
  if (!isPython(command) || !isNotebook(source.file)) {
    return undefined;
  }
  if (source.args.length > 0) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `A notebook takes no arguments, and nothing would read ${source.args.join(' ')}: record it with --param KEY=VALUE before the --.`,
    );
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-tracker-'));
  const name = path.basename(source.name);
  const copy = path.join(folder, name);
  return {
    args: [...args.slice(0, args.lastIndexOf(source.name)), runner, source.name, copy],
    result: async () => {
      const content = await readFile(copy).catch(() => undefined);
      return (
        content && { artifactPath: `mlflow-tracker/${name}`, content: new Uint8Array(content) }
      );
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

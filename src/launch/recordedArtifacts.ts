/** Artifact path of what the script prints, see `ConsoleRecord`: written while it runs. */
export const CONSOLE_ARTIFACT = 'mlflow-tracker/console.log';
/** Artifact path of the whole patch, of which the tag `mlflow.source.git.diff` is the beginning. */
export const PATCH_ARTIFACT = 'mlflow-tracker/uncommitted.patch';
/** Artifact path of where the script ran, see `environmentRecord`. */
export const ENVIRONMENT_ARTIFACT = 'mlflow-tracker/environment.json';
/** Folder of the source files of a script whose repository cannot tell what ran, see `sourceFiles`. */
export const CODE_FOLDER = 'mlflow-tracker/code';

/** A file that is kept with a run. */
export interface RecordedFile {
  readonly artifactPath: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

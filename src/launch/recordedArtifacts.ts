/** Artifact path of what the script wrote to stdout and stderr, as it came. Written at its end; not for a script in a terminal. */
export const CONSOLE_ARTIFACT = 'mlflow-tracker/console.log';
/** Artifact path of the whole patch, of which the tag `mlflow.source.git.diff` is the beginning. */
export const PATCH_ARTIFACT = 'mlflow-tracker/uncommitted.patch';

/** Artifact path of what the script wrote to its terminal, stdout and stderr as they came. */
export const CONSOLE_ARTIFACT = 'mlflow-tracker/console.log';

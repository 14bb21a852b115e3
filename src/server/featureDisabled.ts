/** A part of the server that its options have switched off: answered as MLflow does, with 503 and plain text. */
export class FeatureDisabled extends Error {
  constructor(path: string, option: '--no-serve-artifacts' | '--artifacts-only') {
    super(
      option === '--no-serve-artifacts'
        ? `Endpoint: ${path} disabled due to the mlflow server running with \`--no-serve-artifacts\`. ` +
            'To enable artifacts server functionality, run `mlflow server` with `--serve-artifacts`'
        : `Endpoint: ${path} disabled due to the mlflow server running in \`--artifacts-only\` mode. ` +
            'To enable tracking server functionality, run `mlflow server` without `--artifacts-only`',
    );
  }
}

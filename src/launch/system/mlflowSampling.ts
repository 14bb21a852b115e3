/** MLflow's defaults. */
const INTERVAL_SECONDS = 10;
const SAMPLES = 1;
/** Python's threads wake when they can. */
const MARGIN = 2;

/** ms after which a run that MLflow itself samples the machine for, as the script's environment says, has shown so. */
export function mlflowSamplingShownMs(env: NodeJS.ProcessEnv): number {
  const seconds = positive(env['MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL']) ?? INTERVAL_SECONDS;
  const samples = positive(env['MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING']) ?? SAMPLES;
  return seconds * samples * MARGIN * 1000;
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return number > 0 ? number : undefined;
}

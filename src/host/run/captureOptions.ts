/** The settings below `tracker.run` that decide what is recorded. */
export interface RunSettings {
  readonly runCommands: Readonly<Record<string, unknown>>;
  readonly runAutolog: boolean;
  readonly runCaptureParams: boolean;
  readonly runCaptureMetrics: boolean;
  readonly runMetricPatterns: readonly string[];
  /** Seconds; 0: never. */
  readonly runSystemMetricsInterval: number;
  readonly runEnvironmentVariables: readonly string[];
}

/** The options of `mlflow-tracker run` for them; what is its default is left out. */
export function captureOptions(settings: RunSettings): readonly string[] {
  const { runSystemMetricsInterval, runEnvironmentVariables } = settings;
  return [
    ...(settings.runAutolog ? ['--autolog'] : []),
    ...(settings.runCaptureParams ? [] : ['--no-capture-params']),
    ...(settings.runCaptureMetrics ? [] : ['--no-capture-metrics']),
    ...settings.runMetricPatterns.flatMap(pattern => ['--metric-pattern', pattern]),
    ...(runSystemMetricsInterval === 10
      ? []
      : ['--system-metrics', String(runSystemMetricsInterval)]),
    ...(runEnvironmentVariables.length === 0
      ? []
      : ['--record-env', runEnvironmentVariables.join(',')]),
  ];
}

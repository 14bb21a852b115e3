/** What the keys of metrics of the machine begin with, as MLflow's own monitor names them. */
export const SYSTEM_PREFIX = 'system/';

/** Whether a metric tells the load of the machine. MLflow's UI keeps those apart from what a script measures. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith(SYSTEM_PREFIX);
}

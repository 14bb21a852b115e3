import type { RunNode } from './nodes';
import type { GetClient } from './runDetails';
import { sparkline } from './sparkline';

/** Running runs whose curve is kept up to date. */
const MAX_LIVE_CURVES = 30;
const CURVE_COLUMNS = 8;
const CURVE_WIDTH = 6;

/**
 * Brings the curves of the runs that are going on up to date, in one request; a curve that cannot be had leaves its row as
 * it is.
 * @returns the rows whose curve is another now
 */
export async function updateLiveCurves(
  shown: readonly RunNode[],
  getClient: GetClient,
): Promise<readonly RunNode[]> {
  const running = shown
    .filter(node => node.run.info.status === 'RUNNING' && node.mainMetric !== undefined)
    .slice(0, MAX_LIVE_CURVES);
  if (running.length === 0) {
    return [];
  }
  try {
    const client = await getClient();
    const series = await client.sampleMetrics({
      series: running.map(node => ({
        run_id: node.run.info.runId,
        metric_key: node.mainMetric ?? '',
      })),
      x: 'step',
      columns: CURVE_COLUMNS,
      smoothing: 0,
    });
    const curves = new Map(series.map(one => [one.runId, sparkline(one.values, CURVE_WIDTH)]));
    return running.filter(node => {
      const curve = curves.get(node.run.info.runId) ?? '';
      const differs = curve !== node.curve;
      node.curve = curve;
      return differs;
    });
  } catch {
    // A lost server is reported by the connection; the next change draws the curves again.
    return [];
  }
}

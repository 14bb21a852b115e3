import type { Run } from '../../tracking/entities';
import type { CallOptions } from '../../tracking/trackingStore';
import type { RunSource } from './panelServices';

const PAGE_SIZE = 25_000;

/** Every point of a metric, as logged: exact steps and times, `NaN` and `Infinity` as MLflow writes them. */
export async function metricHistoryCsv(
  client: Pick<RunSource, 'getMetricHistory'>,
  runs: readonly Run[],
  metricKey: string,
  options: CallOptions,
): Promise<string> {
  const lines = ['run_id,run_name,metric,step,timestamp_ms,value'];
  for (const { info } of runs) {
    const prefix = [info.runId, info.runName, metricKey].map(csvField).join(',');
    let pageToken: string | undefined;
    do {
      const page = await client.getMetricHistory(
        {
          runId: info.runId,
          metricKey,
          maxResults: PAGE_SIZE,
          ...(pageToken ? { pageToken } : {}),
        },
        options,
      );
      for (const point of page.items) {
        lines.push(`${prefix},${point.step},${point.timestampMs},${point.value}`);
      }
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
  return `${lines.join('\n')}\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

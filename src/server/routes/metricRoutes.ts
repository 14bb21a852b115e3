import type { Context } from 'hono';
import { compareInt64, parseInt64, type Int64 } from '../../base/int64';
import type { Metric, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions, TrackingStore } from '../../tracking/trackingStore';
import { missing } from '../../wire/fieldReader';
import type { JsonRecord } from '../../wire/jsonValue';
import { encodeMetric } from '../../wire/metricRecord';
import { jsonAnswer } from '../answers';
import type { Router } from '../router';

const MAX_RUNS = 100;
const MAX_BULK_RESULTS = 25_000;
const MAX_INTERVAL_RESULTS = 2_500;

type RunMetric = Metric & { readonly runId: RunId };

/** The histories of several runs at once, which MLflow's web UI asks for. */
export function mountMetricRoutes(router: Router, store: TrackingStore): void {
  router.raw(['GET'], '/ajax-api/2.0/mlflow/metrics/get-history-bulk', async context => {
    const key = required(context, 'metric_key');
    const limit = countParameter(context, 'max_results', MAX_BULK_RESULTS);
    const points = await histories(store, runIds(context, 'run_id'), key, optionsOf(context));
    return metricsAnswer(points.slice(0, limit));
  });
  for (const family of ['/api', '/ajax-api']) {
    router.raw(['GET'], `${family}/2.0/mlflow/metrics/get-history-bulk-interval`, async context => {
      const key = required(context, 'metric_key');
      const limit = countParameter(context, 'max_results', MAX_INTERVAL_RESULTS);
      const inRange = stepRange(context);
      const ids = runIds(context, 'run_ids');
      const shown: RunMetric[] = [];
      for (const runId of ids) {
        const points = await historyOf(store, runId, key, optionsOf(context));
        shown.push(
          ...sampled(
            points.filter(point => inRange(point.step)),
            limit,
          ),
        );
      }
      return metricsAnswer(shown);
    });
  }
}

async function histories(
  store: TrackingStore,
  ids: readonly RunId[],
  metricKey: string,
  options: CallOptions,
): Promise<RunMetric[]> {
  const points: RunMetric[] = [];
  for (const runId of [...ids].sort()) {
    for (const point of (await historyOf(store, runId, metricKey, options)).sort(compareInTime)) {
      points.push(point);
    }
  }
  return points;
}

async function historyOf(
  store: TrackingStore,
  runId: RunId,
  metricKey: string,
  options: CallOptions,
): Promise<RunMetric[]> {
  const { items } = await store.getMetricHistory({ runId, metricKey }, options);
  return items.map(metric => ({ ...metric, runId }));
}

function compareInTime(a: Metric, b: Metric): number {
  return (
    compareInt64(a.timestampMs, b.timestampMs) ||
    compareInt64(a.step, b.step) ||
    a.value - b.value ||
    0
  );
}

/**
 * At most `limit` points of one run, evenly spaced in the order of their steps, the last always among them: the first of
 * each of `limit` buckets of one size, as MLflow's SQL store in 3.17 (get_metric_history_bulk_interval).
 */
function sampled(points: readonly RunMetric[], limit: number): readonly RunMetric[] {
  const ordered = [...points].sort(compareBySteps);
  const last = ordered.at(-1);
  if (last === undefined || ordered.length <= limit) {
    return ordered;
  }
  // As SQL's NTILE: the first buckets have one more when the division leaves a rest.
  const size = Math.floor(ordered.length / limit);
  const larger = ordered.length % limit;
  const firsts = Array.from({ length: limit }, (_, bucket) =>
    bucket < larger ? bucket * (size + 1) : bucket * size + larger,
  );
  return [...firsts.slice(0, -1).flatMap(index => ordered[index] ?? []), last];
}

function compareBySteps(a: Metric, b: Metric): number {
  return compareInt64(a.step, b.step) || compareInTime(a, b);
}

function metricsAnswer(points: readonly RunMetric[]): Response {
  const metrics = points.map((point): JsonRecord => ({
    ...encodeMetric(point),
    run_id: point.runId,
  }));
  return jsonAnswer(metrics.length === 0 ? {} : { metrics });
}

function optionsOf(context: Context): CallOptions {
  return { signal: context.req.raw.signal };
}

function runIds(context: Context, name: string): readonly RunId[] {
  const ids = context.req.queries(name) ?? [];
  if (ids.length === 0) {
    throw missing(name);
  }
  if (ids.length > MAX_RUNS) {
    throw invalid(`At most ${MAX_RUNS} runs can be asked for at once, not ${ids.length}.`);
  }
  return ids;
}

function required(context: Context, name: string): string {
  const value = context.req.query(name);
  if (!value) {
    throw missing(name);
  }
  return value;
}

function countParameter(context: Context, name: string, maximum: number): number {
  const text = context.req.query(name);
  const count = text === undefined ? maximum : parseInt64(text);
  if (typeof count !== 'number' || count < 1 || count > maximum) {
    throw invalid(`Invalid value ${text} for parameter '${name}': it must be 1 to ${maximum}.`);
  }
  return count;
}

function stepRange(context: Context): (step: Int64) => boolean {
  const start = stepParameter(context, 'start_step');
  const end = stepParameter(context, 'end_step');
  if ((start === undefined) !== (end === undefined)) {
    throw invalid("The parameters 'start_step' and 'end_step' go together.");
  }
  if (start === undefined || end === undefined) {
    return () => true;
  }
  if (start > end) {
    throw invalid("'start_step' must not be greater than 'end_step'.");
  }
  return step => step >= start && step <= end;
}

function stepParameter(context: Context, name: string): Int64 | undefined {
  const text = context.req.query(name);
  const step = text === undefined ? undefined : parseInt64(text);
  if (text !== undefined && step === undefined) {
    throw invalid(`Invalid value ${text} for parameter '${name}': it must be an integer.`);
  }
  return step;
}

function invalid(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', message);
}

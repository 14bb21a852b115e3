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
      const points = await histories(store, runIds(context, 'run_ids'), key, optionsOf(context));
      return metricsAnswer(
        thinned(
          points.filter(point => inRange(point.step)),
          limit,
        ),
      );
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
    const { items } = await store.getMetricHistory({ runId, metricKey }, options);
    const ordered = items.map(metric => ({ ...metric, runId })).sort(compareInTime);
    for (const point of ordered) {
      points.push(point);
    }
  }
  return points;
}

function compareInTime(a: Metric, b: Metric): number {
  return (
    compareInt64(a.timestampMs, b.timestampMs) || compareInt64(a.step, b.step) || a.value - b.value
  );
}

/**
 * About `limit` of the steps at an even stride, always the last one, and each run's first and last; all points at them,
 * as MLflow's get_metric_history_bulk_interval.
 */
function thinned(points: readonly RunMetric[], limit: number): readonly RunMetric[] {
  const steps = [...new Set(points.map(point => point.step))].sort(compareInt64);
  if (steps.length <= limit) {
    return points;
  }
  const stride = steps.length / limit;
  const chosen = new Set<Int64 | undefined>(
    Array.from({ length: limit }, (_, index) => steps[Math.floor(index * stride)]),
  );
  chosen.add(steps.at(-1));
  for (const runId of new Set(points.map(point => point.runId))) {
    const own = points.filter(point => point.runId === runId).map(point => point.step);
    own.sort(compareInt64);
    chosen.add(own[0]);
    chosen.add(own.at(-1));
  }
  return points.filter(point => chosen.has(point.step));
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

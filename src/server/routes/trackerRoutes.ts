import type { TrackingStore } from '../../tracking/trackingStore';
import { TrackingError } from '../../tracking/trackingError';
import { objects, optionalDouble, optionalText, requiredText } from '../../wire/fieldReader';
import type { JsonObject } from '../../wire/jsonValue';
import { encodeSampledSeries } from '../../wire/sampledSeriesCodec';
import { present } from '../../base/present';
import {
  TRACKER_API,
  type SampleRequest,
  type StatusRecord,
  type XAxis,
} from '../../wire/trackerApi';
import { jsonAnswer } from '../answers';
import { readBody } from '../requestBody';
import type { Router } from '../router';
import type { ColumnsCache } from '../sampling/columnsCache';
import { sampleSeries } from '../sampling/sampleSeries';
import { ChangeStream } from '../changeStream';

const MAX_SERIES = 500;
const MAX_COLUMNS = 10_000;
const AXES: readonly XAxis[] = ['step', 'time', 'relative'];

/** What the extension needs beside MLflow's API: see `wire/trackerApi.ts`. */
export function mountTrackerRoutes(
  router: Router,
  store: TrackingStore,
  columns: ColumnsCache,
  { version, closing }: { readonly version: string; readonly closing: AbortSignal },
): void {
  router.raw(['GET'], `${TRACKER_API}/status`, async context => {
    const status: StatusRecord = {
      product: 'mlflow-tracker',
      version,
      store: await store.getStatus({ signal: context.req.raw.signal }),
    };
    return jsonAnswer({ ...status });
  });
  router.raw(['GET'], `${TRACKER_API}/events`, context => {
    const changes = new ChangeStream(listener => store.onDidChange(listener));
    return changes.answer(AbortSignal.any([context.req.raw.signal, closing]));
  });
  router.raw(['POST'], `${TRACKER_API}/metrics/sample`, async context => {
    const request = await readBody(context.req.raw, decodeSampleRequest);
    const { signal } = context.req.raw;
    const series = await Promise.all(
      request.series.map(async ({ run_id: runId, metric_key: metricKey }) => {
        const history = await columns.get(runId, metricKey, { signal });
        const startMs = request.x === 'relative' ? await startOf(store, runId, signal) : undefined;
        return sampleSeries({ runId, metricKey }, history, request, startMs);
      }),
    );
    return new Response(encodeSampledSeries(series), {
      headers: {
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
      },
    });
  });
}

async function startOf(
  store: TrackingStore,
  runId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { info } = await store.getRun(runId, { signal });
  return info.startTimeMs === undefined ? undefined : Number(info.startTimeMs);
}

function decodeSampleRequest(record: JsonObject): SampleRequest {
  const series = objects(record, 'series', (item, place) => ({
    run_id: requiredText(item, 'run_id', place),
    metric_key: requiredText(item, 'metric_key', place),
  }));
  if (series.length > MAX_SERIES) {
    throw invalid(`At most ${MAX_SERIES} series can be asked for at once.`);
  }
  const x = AXES.find(axis => axis === optionalText(record, 'x'));
  if (x === undefined) {
    throw invalid(`'x' must be one of ${AXES.join(', ')}.`);
  }
  const columns = optionalDouble(record, 'columns') ?? NaN;
  if (!Number.isInteger(columns) || columns < 1 || columns > MAX_COLUMNS) {
    throw invalid(`'columns' must be an integer from 1 to ${MAX_COLUMNS}.`);
  }
  const smoothing = optionalDouble(record, 'smoothing') ?? 0;
  if (!(smoothing >= 0 && smoothing <= 0.999)) {
    throw invalid("'smoothing' must be 0 to 0.999.");
  }
  return present({
    series,
    x,
    columns,
    smoothing,
    from: optionalDouble(record, 'from'),
    to: optionalDouble(record, 'to'),
  });
}

function invalid(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', message);
}

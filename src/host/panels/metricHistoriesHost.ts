import type {
  HistoriesSnapshot,
  MetricHistoriesHost,
  SampleQuery,
  SaveFileRequest,
  SeriesColumns,
} from '../../protocol/metricHistories';
import type { RpcHandlers } from '../../protocol/rpc';
import type { RunId } from '../../tracking/entities';
import type { SampledSeries } from '../../wire/trackerApi';
import { metricHistoryCsv } from './metricHistoryCsv';
import type { PanelStore } from './panelServices';
import { runSummaryOf } from './runSummaryOf';
import type { LoadedRuns, ShownRuns } from './shownRuns';

const MAX_COLUMNS = 4000;

/** What the panel does with the editor. */
export interface MetricHistoriesEditor {
  /** The runs to add; undefined when dismissed. */
  pickRuns(shown: LoadedRuns, signal: AbortSignal): Promise<readonly RunId[] | undefined>;
  saveFile(request: SaveFileRequest): Promise<boolean>;
  /** Called whenever the set of runs or a name may have changed. */
  showTitle(loaded: LoadedRuns): void;
}

/** The host's end of the metric histories panel, free of `vscode`. */
export function metricHistoriesHost(
  store: PanelStore,
  shown: ShownRuns,
  editor: MetricHistoriesEditor,
): RpcHandlers<MetricHistoriesHost> {
  const load = async (signal: AbortSignal) => {
    const loaded = await shown.load({ signal });
    editor.showTitle(loaded);
    return historiesSnapshotOf(loaded);
  };
  return {
    load: (_nothing, { signal }) => load(signal),
    setRuns(runIds, { signal }) {
      shown.setRunIds(runIds);
      return load(signal);
    },
    async pickRuns(_nothing, { signal }) {
      const picked = await editor.pickRuns(await shown.load({ signal }), signal);
      if (!picked) {
        return null;
      }
      shown.setRunIds([...shown.runIds, ...picked]);
      return load(signal);
    },
    async sample(query, { signal }) {
      const client = await store.getClient({ signal });
      const series = await client.sampleMetrics(sampleRequestOf(query), { signal });
      return series.map(seriesColumnsOf);
    },
    savePicture: request => editor.saveFile(request),
    async saveHistory(request, { signal }) {
      const client = await store.getClient({ signal });
      const { runs } = await shown.load({ signal });
      const chosen = runs.filter(run => request.runIds.includes(run.info.runId));
      const text = await metricHistoryCsv(client, chosen, request.metricKey, { signal });
      return editor.saveFile({ name: request.name, bytes: new TextEncoder().encode(text) });
    },
  };
}

export function historiesSnapshotOf(loaded: LoadedRuns): HistoriesSnapshot {
  const { missing, problem, leftOut } = loaded;
  const runs = loaded.runs.map(run => runSummaryOf(run, loaded));
  return { runs, missing, problem, leftOut };
}

function sampleRequestOf(query: SampleQuery) {
  return {
    series: query.runIds.map(runId => ({ run_id: runId, metric_key: query.metricKey })),
    x: query.x,
    ...(query.from === null ? {} : { from: query.from }),
    ...(query.to === null ? {} : { to: query.to }),
    columns: Math.min(MAX_COLUMNS, Math.max(1, Math.round(query.columns))),
    smoothing: Math.min(0.999, Math.max(0, query.smoothing)),
  };
}

function seriesColumnsOf(series: SampledSeries): SeriesColumns {
  const { runId, metricKey, total, inRange, x, values, smoothed, steps, timesMs } = series;
  return { runId, metricKey, total, inRange, x, values, smoothed, steps, timesMs };
}

import type { Browser } from 'playwright-core';
import {
  historiesSnapshotOf,
  metricHistoriesHost,
} from '../../../src/host/panels/metricHistoriesHost';
import { ShownRuns } from '../../../src/host/panels/shownRuns';
import {
  metricHistoriesParsers,
  type MetricHistoriesEvents,
  type MetricHistoriesHost,
  type SampleQuery,
  type SaveFileRequest,
} from '../../../src/protocol/metricHistories';
import type { RunId } from '../../../src/tracking/entities';
import { PanelPage, type ThemeName } from './panelPage';
import type { TrackingServer } from './trackingServer';

export interface HistoriesPage {
  readonly panel: PanelPage<MetricHistoriesHost, MetricHistoriesEvents>;
  /** What the page asked the host to draw. */
  readonly queries: SampleQuery[];
  readonly saved: SaveFileRequest[];
  /** What the person picks next in "Add run". */
  picks: readonly RunId[] | undefined;
}

/** The metric histories panel in Chromium with its real host. */
export async function openHistoriesPage(
  browser: Browser,
  server: TrackingServer,
  runIds: readonly RunId[],
  options: { readonly theme?: ThemeName; readonly width?: number; readonly height?: number } = {},
): Promise<HistoriesPage> {
  const queries: SampleQuery[] = [];
  const saved: SaveFileRequest[] = [];
  let shownIds = runIds;
  const result = {
    queries,
    saved,
    picks: undefined as readonly RunId[] | undefined,
  };
  const panel = await PanelPage.open<MetricHistoriesHost, MetricHistoriesEvents>(browser, server, {
    folder: 'metricHistories',
    element: 'metric-histories',
    parsers: metricHistoriesParsers,
    ...options,
    connect(host, connection) {
      const shown = new ShownRuns(host, shownIds);
      shown.onDidUpdate(loaded => connection().notify('runsChanged', historiesSnapshotOf(loaded)));
      const handlers = metricHistoriesHost(host, shown, {
        pickRuns: () => Promise.resolve(result.picks),
        saveFile: request => {
          saved.push(request);
          return Promise.resolve(true);
        },
        showTitle: () => (shownIds = shown.runIds),
      });
      return {
        ...handlers,
        sample(query, options) {
          queries.push(query);
          return handlers.sample(query, options);
        },
      };
    },
  });
  return Object.assign(result, { panel });
}

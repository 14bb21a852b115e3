import type { Browser } from 'playwright-core';
import { RunDiffPanelHost } from '../../../src/host/panels/runDiffHost';
import { ShownRuns } from '../../../src/host/panels/shownRuns';
import {
  runDiffParsers,
  type Direction,
  type RunDiffEvents,
  type RunDiffHost,
} from '../../../src/protocol/runDiff';
import type { RunId } from '../../../src/tracking/entities';
import { PanelPage, type ThemeName } from './panelPage';
import type { TrackingServer } from './trackingServer';

export interface DiffPage {
  readonly panel: PanelPage<RunDiffHost, RunDiffEvents>;
  readonly copied: string[];
  /** Pairs of run ids. */
  readonly codeDiffs: string[][];
  readonly shownHistories: RunId[][];
  readonly directions: Record<string, Direction>;
  /** What the person picks next in "Add runs". */
  picks: readonly RunId[] | undefined;
  /** What opening a code diff throws, if anything. */
  codeDiffError: Error | undefined;
}

/** The run diff panel in Chromium with its real host. */
export async function openDiffPage(
  browser: Browser,
  server: TrackingServer,
  runIds: readonly RunId[],
  options: { readonly theme?: ThemeName; readonly width?: number; readonly height?: number } = {},
): Promise<DiffPage> {
  const result: Omit<DiffPage, 'panel'> = {
    copied: [],
    codeDiffs: [],
    shownHistories: [],
    directions: {},
    picks: undefined,
    codeDiffError: undefined,
  };
  let shownIds = runIds;
  const panel = await PanelPage.open<RunDiffHost, RunDiffEvents>(browser, server, {
    folder: 'runDiff',
    element: 'run-diff',
    parsers: runDiffParsers,
    ...options,
    connect(host, connection) {
      const shown = new ShownRuns(host, shownIds);
      const diff = new RunDiffPanelHost(host, shown, {
        pickRuns: () => Promise.resolve(result.picks),
        async copyText(text) {
          result.copied.push(text);
        },
        async openCodeDiff(left, right) {
          if (result.codeDiffError) {
            throw result.codeDiffError;
          }
          result.codeDiffs.push([left.info.runId, right.info.runId]);
        },
        showHistories: ids => void result.shownHistories.push([...ids]),
        showTitle: () => (shownIds = shown.runIds),
        directions: {
          get: () => result.directions,
          async set(metricKey, direction) {
            if (direction === null) {
              delete result.directions[metricKey];
            } else {
              result.directions[metricKey] = direction;
            }
          },
        },
      });
      shown.onDidUpdate(loaded => {
        void diff.snapshotOf(loaded).then(snapshot => connection().notify('runsChanged', snapshot));
      });
      return diff.handlers;
    },
  });
  return Object.assign(result, { panel });
}

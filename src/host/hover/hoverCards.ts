import * as vscode from 'vscode';
import type { Run, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { SampledSeries } from '../../wire/trackerApi';
import { COMMANDS } from '../contributions';
import type { GetClient, RunDetails } from '../model/runDetails';
import type { RunColourBook } from '../model/runColourBook';
import type { Settings } from '../settings';
import type { ThemeKind } from './curveSvg';
import { cardMetrics, hoverCard, type CardLink } from './hoverCard';

/** ms that a card counts as fresh: long enough for a pointer that trembles, short enough for a run that goes on. */
const FRESH_MS = 2000;
/** ms that a run id counts as unknown, so that hashes in a text do not ask the store again and again. */
const UNKNOWN_MS = 20_000;
const CURVE_COLUMNS = 48;
const MAX_KEPT = 100;

export interface HoverServices {
  readonly getClient: GetClient;
  readonly details: RunDetails;
  readonly settings: Pick<Settings, 'mainMetric'>;
  readonly colours: RunColourBook;
}

/** Hover cards of runs, for the tree and for run ids in any text. */
export class HoverCards {
  private readonly cards = new Map<
    string,
    { atMs: number; card: vscode.MarkdownString | undefined }
  >();

  constructor(private readonly services: HoverServices) {}

  /** Undefined when the store has no such run. Rejects when the store cannot be read or the signal is aborted. */
  async cardOf(runId: RunId, signal?: AbortSignal): Promise<vscode.MarkdownString | undefined> {
    signal?.throwIfAborted();
    const key = `${runId} ${vscode.window.activeColorTheme.kind}`;
    const known = this.cards.get(key);
    const freshFor = known?.card ? FRESH_MS : UNKNOWN_MS;
    if (known && Date.now() - known.atMs < freshFor) {
      return known.card;
    }
    const card = await this.make(runId, signal ? { signal } : {});
    this.cards.delete(key);
    this.cards.set(key, { atMs: Date.now(), card });
    const oldest = this.cards.keys().next();
    if (this.cards.size > MAX_KEPT && !oldest.done) {
      this.cards.delete(oldest.value);
    }
    return card;
  }

  private async make(
    runId: RunId,
    options: { readonly signal?: AbortSignal },
  ): Promise<vscode.MarkdownString | undefined> {
    const { getClient, details, settings, colours } = this.services;
    const client = await getClient(options);
    let run: Run;
    try {
      run = await details.get(runId, options);
    } catch (error) {
      if (
        TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST') ||
        TrackingError.is(error, 'INVALID_PARAMETER_VALUE')
      ) {
        return undefined;
      }
      throw error;
    }
    const wantedMetric = settings.mainMetric;
    const keys = cardMetrics(run, wantedMetric).map(metric => metric.key);
    const [experiment, series] = await Promise.all([
      client.getExperiment(run.info.experimentId, options),
      keys.length === 0
        ? ([] as readonly SampledSeries[])
        : client.sampleMetrics(
            {
              series: keys.map(key => ({ run_id: runId, metric_key: key })),
              x: 'step',
              columns: CURVE_COLUMNS,
              smoothing: 0,
            },
            options,
          ),
    ]);
    const links = cardLinks();
    const markdown = new vscode.MarkdownString(
      hoverCard({
        run,
        experimentName: experiment.name,
        series: new Map(series.map(one => [one.metricKey, one])),
        wantedMetric,
        color: colours.colourOf(run),
        theme: themeKind(vscode.window.activeColorTheme.kind),
        now: Date.now(),
        links,
        translate: (message, ...args) => vscode.l10n.t(message, ...args),
      }),
      true,
    );
    markdown.isTrusted = { enabledCommands: links.map(link => link.command) };
    return markdown;
  }
}

function cardLinks(): readonly CardLink[] {
  return [
    { title: vscode.l10n.t('Charts'), icon: 'graph-line', command: COMMANDS.showHistories },
    { title: vscode.l10n.t('Compare with…'), icon: 'diff', command: COMMANDS.compare },
    { title: vscode.l10n.t('Open log'), icon: 'output', command: COMMANDS.openLog },
    { title: vscode.l10n.t('Copy id'), icon: 'copy', command: COMMANDS.copyId },
  ];
}

function themeKind(kind: vscode.ColorThemeKind): ThemeKind {
  switch (kind) {
    case vscode.ColorThemeKind.Light:
      return 'light';
    case vscode.ColorThemeKind.Dark:
      return 'dark';
    case vscode.ColorThemeKind.HighContrast:
      return 'highContrast';
    case vscode.ColorThemeKind.HighContrastLight:
      return 'highContrastLight';
  }
}

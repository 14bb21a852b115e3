import { formatNumber } from '../../base/formatNumber';
import type { Int64 } from '../../base/int64';
import { formatAge, formatDuration, formatTimestamp } from '../../base/formatTime';
import { isSystemMetric } from '../../base/systemMetric';
import type { Metric, Run } from '../../tracking/entities';
import type { SampledSeries } from '../../wire/trackerApi';
import { lowerIsBetter, orderedMetrics } from '../model/mainMetric';
import { tagOf } from '../model/tagOf';
import { shownStatusOf, type ShownStatus } from '../model/shownStatus';
import { curveSvg, type ThemeKind } from './curveSvg';
import {
  escapeMarkdown,
  HARD_BREAK,
  joinParts,
  plainPart,
  shorten,
  textWidth,
  wrapWords,
  type LinePart,
} from './markdownText';

const MAX_CARD_METRICS = 12;
/** Letters in a line, so that a card stays within 480 px in the fonts of the workbench. */
export const MAX_LINE = 66;
const MAX_PARAM_LINES = 2;
const MAX_KEY = 26;
/** With less of their names metrics are hard to tell apart. */
const ENOUGH_KEY = 18;
const MAX_VALUE = 24;
const MAX_STEP = 7;
const MAX_NOTE_LINES = 3;
/** Letters that the texts of a row of the table share, beside a curve. */
const MAX_ROW = 46;
const CURVE = { width: 96, height: 18 };

/** One of VS Code's messages in the person's language; `{0}` stands for the first argument. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

export interface CardLink {
  readonly title: string;
  readonly icon: string;
  readonly command: string;
}

export interface CardInput {
  readonly run: Run;
  readonly experimentName: string;
  /** By metric key; a metric without one has no curve, and its last value as minimum and maximum. */
  readonly series: ReadonlyMap<string, SampledSeries>;
  readonly wantedMetric: string;
  /** `#rrggbb` */
  readonly color: string;
  readonly theme: ThemeKind;
  /** ms since epoch. */
  readonly now: number;
  /** Called with the run's id as the only argument. */
  readonly links: readonly CardLink[];
  readonly translate: Translate;
}

const STATUS_ICONS: Record<ShownStatus, string> = {
  RUNNING: 'sync~spin',
  SCHEDULED: 'clock',
  FINISHED: 'pass',
  FAILED: 'error',
  KILLED: 'circle-slash',
  STALE: 'question',
};

/** The run at a glance, as Markdown for VS Code's hovers (theme icons, command links, `data:` images; no HTML). */
export function hoverCard(input: CardInput): string {
  return [
    titleLine(input),
    sourceLine(input),
    noteLine(input.run),
    metricsTable(input),
    paramsLine(input),
    linksLine(input),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function titleLine({ run, experimentName, now, translate }: CardInput): string {
  const { info } = run;
  const shown = shownStatusOf(run);
  const start = info.startTimeMs === undefined ? undefined : Number(info.startTimeMs);
  const end =
    shown === 'RUNNING' ? now : info.endTimeMs === undefined ? undefined : Number(info.endTimeMs);
  const duration =
    start === undefined || end === undefined ? '' : ` ${formatDuration(end - start)}`;
  const status =
    info.lifecycleStage === 'deleted'
      ? plainPart(translate('deleted'), 20, 'trash')
      : plainPart(`${shown.toLowerCase()}${duration}`, 30, STATUS_ICONS[shown]);
  const name = shorten(info.runName || info.runId, 34);
  const title: LinePart = {
    markdown: `**${escapeMarkdown(name)}** &nbsp;${status.markdown}`,
    // Bold letters are wider.
    width: Math.ceil(textWidth(name) * 1.1) + 2 + status.width,
  };
  return joinParts(
    [
      title,
      plainPart(experimentName, 34),
      ...(start === undefined ? [] : [startPart(start, now, translate)]),
    ],
    MAX_LINE,
  );
}

function startPart(start: number, now: number, translate: Translate): LinePart {
  const age = formatAge(start, now);
  const ago = /^\d+[smhd]$/.test(age) ? ` (${translate('{0} ago', age)})` : '';
  return plainPart(`${formatTimestamp(start)}${ago}`, MAX_LINE);
}

function sourceLine({ run, translate }: CardInput): string {
  const name = tagOf(run, 'mlflow.source.name');
  const commit = tagOf(run, 'mlflow.source.git.commit')?.slice(0, 7);
  const branch = tagOf(run, 'mlflow.source.git.branch');
  const dirty = tagOf(run, 'mlflow.source.git.dirty')?.toLowerCase() === 'true';
  const file = name?.split(/[\\/]/).at(-1);
  const at =
    commit === undefined
      ? ''
      : branch === undefined
        ? commit
        : translate('{0} on {1}', commit, shorten(branch, 30));
  return joinParts(
    [
      ...(file === undefined ? [] : [plainPart(file, 30, 'file-code')]),
      ...(at === '' ? [] : [plainPart(at, 45, 'git-commit')]),
      ...(dirty ? [plainPart(translate('uncommitted changes'), 30, 'edit')] : []),
    ],
    MAX_LINE,
  );
}

function noteLine(run: Run): string {
  const note = tagOf(run, 'mlflow.note.content');
  if (!note?.trim()) {
    return '';
  }
  return wrapWords(note.slice(0, MAX_LINE * 4), MAX_LINE, MAX_NOTE_LINES)
    .map(line => `_${escapeMarkdown(line)}_`)
    .join(HARD_BREAK);
}

function metricsTable(input: CardInput): string {
  const { run, translate } = input;
  const metrics = cardMetrics(run, input.wantedMetric);
  if (metrics.length === 0) {
    return `_${escapeMarkdown(translate('No metrics yet'))}_`;
  }
  const head = [translate('metric'), translate('last'), translate('min'), translate('max'), ''];
  const shown = metrics.map(metric => measured(metric, input.series.get(metric.key)));
  const layout = tableLayout(shown);
  const rows = shown.map(row => metricRow(row, layout, input));
  const rest = run.data.metrics.length - rows.length;
  const table = [
    `| ${head.join(' | ')} |`,
    '|:--|--:|--:|--:|:--|',
    ...rows.map(cells => `| ${cells.join(' | ')} |`),
  ].join('\n');
  return rest > 0 ? `${table}\n\n${escapeMarkdown(translate('+{0} more metrics', rest))}` : table;
}

/** The metrics that a card shows, the main ones first; those of the machine only where there are no others. */
export function cardMetrics(run: Run, wantedMetric: string): readonly Metric[] {
  const metrics = orderedMetrics(run, wantedMetric);
  const own = metrics.filter(({ key }) => !isSystemMetric(key));
  return (own.length > 0 ? own : metrics).slice(0, MAX_CARD_METRICS);
}

/** A metric's numbers as texts. */
interface MetricTexts {
  readonly key: string;
  readonly history: SampledSeries | undefined;
  readonly last: string;
  readonly least: Extreme;
  readonly most: Extreme;
}

function measured(metric: Metric, history: SampledSeries | undefined): MetricTexts {
  const [least, most] = extremes(metric, history);
  return { key: metric.key, history, last: formatNumber(metric.value), least, most };
}

interface TableLayout {
  readonly keyLimit: number;
  readonly withSteps: boolean;
}

/** One long number widens its column for all rows. Names are worth more than the steps of the extremes. */
function tableLayout(rows: readonly MetricTexts[]): TableLayout {
  const widest = (of: (row: MetricTexts) => string) =>
    Math.max(...rows.map(row => textWidth(of(row))));
  const numbers = (withSteps: boolean) =>
    widest(row => row.last) +
    widest(row => extremeText(row.least, withSteps)) +
    widest(row => extremeText(row.most, withSteps));
  const withSteps =
    numbers(true) +
      Math.min(
        ENOUGH_KEY,
        widest(row => row.key),
      ) <=
    MAX_ROW;
  return { withSteps, keyLimit: Math.min(MAX_KEY, MAX_ROW - numbers(withSteps)) };
}

function metricRow(
  { key, history, last, least, most }: MetricTexts,
  { keyLimit, withSteps }: TableLayout,
  { theme, color }: CardInput,
): string[] {
  const lower = lowerIsBetter(key);
  const picture =
    history === undefined || history.values.length < 2
      ? ''
      : image(curveSvg(history.x, history.values, { ...CURVE, color, theme }), key);
  return [
    escapeMarkdown(shorten(key, keyLimit)),
    escapeMarkdown(last),
    extremeCell(extremeText(least, withSteps), lower === true),
    extremeCell(extremeText(most, withSteps), lower === false),
    picture,
  ];
}

interface Extreme {
  readonly value: number;
  readonly step: string;
}

/** The sample keeps the smallest and the largest value of the whole history. */
function extremes(metric: Metric, history: SampledSeries | undefined): [Extreme, Extreme] {
  let least: Extreme = { value: metric.value, step: stepText(metric.step) };
  let most = least;
  for (let index = 0; index < (history?.values.length ?? 0); index++) {
    const value = history?.values[index] ?? NaN;
    const step = stepText(history?.steps[index] ?? '');
    if (value < least.value || Number.isNaN(least.value)) {
      least = { value, step };
    }
    if (value > most.value || Number.isNaN(most.value)) {
      most = { value, step };
    }
  }
  return [least, most];
}

function stepText(step: Int64 | ''): string {
  return shorten(String(step), MAX_STEP);
}

function extremeText({ value, step }: Extreme, withStep: boolean): string {
  return withStep ? `${formatNumber(value)} @${step}` : formatNumber(value);
}

function extremeCell(text: string, best: boolean): string {
  const [value = '', step] = text.split(' ');
  const shown = best ? `**${escapeMarkdown(value)}**` : escapeMarkdown(value);
  return step === undefined ? shown : `${shown} ${step}`;
}

function image(svg: string, alt: string): string {
  const data = Buffer.from(svg, 'utf8').toString('base64');
  return `![${escapeMarkdown(shorten(alt, MAX_KEY))}](data:image/svg+xml;base64,${data})`;
}

function paramsLine({ run, translate }: CardInput): string {
  const { params } = run.data;
  if (params.length === 0) {
    return '';
  }
  const parts = params.map(({ key, value }): LinePart => {
    const name = shorten(key, MAX_KEY);
    const text = shorten(value.replace(/\s+/g, ' '), MAX_VALUE);
    return {
      markdown: `${escapeMarkdown(name)} **${escapeMarkdown(text) || '""'}**`,
      width: textWidth(name) + 1 + Math.ceil(textWidth(text) * 1.1),
    };
  });
  return joinParts(parts, MAX_LINE, MAX_PARAM_LINES, left =>
    plainPart(translate('+{0} more', left), 20),
  );
}

function linksLine({ run, links }: CardInput): string {
  const args = encodeURIComponent(JSON.stringify([run.info.runId]));
  return links
    .map(link => `[$(${link.icon}) ${escapeMarkdown(link.title)}](command:${link.command}?${args})`)
    .join(' &nbsp; ');
}

import { formatNumber } from '../../base/formatNumber';
import { formatAge, formatDuration, formatTimestamp } from '../../base/formatTime';
import type { Metric, Run, RunStatus } from '../../tracking/entities';
import type { SampledSeries } from '../../wire/trackerApi';
import { lowerIsBetter } from '../model/mainMetric';
import { orderedMetrics, tagOf } from '../model/runDetails';
import { curveSvg, type ThemeKind } from './curveSvg';
import { escapeMarkdown, shorten } from './markdownText';

export const MAX_CARD_METRICS = 12;
const MAX_PARAMS = 8;
const MAX_KEY = 26;
const MAX_VALUE = 24;
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

const STATUS_ICONS: Record<RunStatus, string> = {
  RUNNING: '$(sync~spin)',
  SCHEDULED: '$(clock)',
  FINISHED: '$(pass)',
  FAILED: '$(error)',
  KILLED: '$(circle-slash)',
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
  const start = info.startTimeMs === undefined ? undefined : Number(info.startTimeMs);
  const end =
    info.status === 'RUNNING'
      ? now
      : info.endTimeMs === undefined
        ? undefined
        : Number(info.endTimeMs);
  const duration =
    start === undefined || end === undefined ? '' : ` ${formatDuration(end - start)}`;
  const status =
    info.lifecycleStage === 'deleted'
      ? `$(trash) ${translate('deleted')}`
      : `${STATUS_ICONS[info.status]} ${info.status.toLowerCase()}${duration}`;
  const started = start === undefined ? '' : startText(start, now, translate);
  const name = escapeMarkdown(shorten(info.runName || info.runId, 48));
  return [`**${name}** &nbsp;${status}`, started, escapeMarkdown(shorten(experimentName, 40))]
    .filter(part => part !== '')
    .join(' · ');
}

function startText(start: number, now: number, translate: Translate): string {
  const age = formatAge(start, now);
  const ago = /^\d+[smhd]$/.test(age) ? ` (${translate('{0} ago', age)})` : '';
  return escapeMarkdown(`${formatTimestamp(start)}${ago}`);
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
  return [
    file === undefined ? '' : `$(file-code) ${escapeMarkdown(shorten(file, 40))}`,
    at === '' ? '' : `$(git-commit) ${escapeMarkdown(at)}`,
    dirty ? `$(edit) ${escapeMarkdown(translate('uncommitted changes'))}` : '',
  ]
    .filter(part => part !== '')
    .join(' · ');
}

function noteLine(run: Run): string {
  const note = tagOf(run, 'mlflow.note.content');
  return note ? `_${escapeMarkdown(note.length > 160 ? `${note.slice(0, 160)}…` : note)}_` : '';
}

function metricsTable(input: CardInput): string {
  const { run, translate } = input;
  const metrics = orderedMetrics(run, input.wantedMetric);
  if (metrics.length === 0) {
    return `_${escapeMarkdown(translate('No metrics yet'))}_`;
  }
  const head = [translate('metric'), translate('last'), translate('min'), translate('max'), ''];
  const rows = metrics.slice(0, MAX_CARD_METRICS).map(metric => metricRow(metric, input));
  const rest = metrics.length - rows.length;
  const table = [
    `| ${head.join(' | ')} |`,
    '|:--|--:|--:|--:|:--|',
    ...rows.map(cells => `| ${cells.join(' | ')} |`),
  ].join('\n');
  return rest > 0 ? `${table}\n\n${escapeMarkdown(translate('+{0} more metrics', rest))}` : table;
}

function metricRow(metric: Metric, { series, theme, color }: CardInput): string[] {
  const history = series.get(metric.key);
  const lower = lowerIsBetter(metric.key);
  const [least, most] = extremes(metric, history);
  const picture =
    history === undefined || history.values.length < 2
      ? ''
      : image(curveSvg(history.x, history.values, { ...CURVE, color, theme }), metric.key);
  return [
    escapeMarkdown(shorten(metric.key, MAX_KEY)),
    number(metric.value),
    extreme(least, lower === true),
    extreme(most, lower === false),
    picture,
  ];
}

interface Extreme {
  readonly value: number;
  readonly step: string;
}

/** The sample keeps the smallest and the largest value of the whole history. */
function extremes(metric: Metric, history: SampledSeries | undefined): [Extreme, Extreme] {
  let least: Extreme = { value: metric.value, step: String(metric.step) };
  let most = least;
  for (let index = 0; index < (history?.values.length ?? 0); index++) {
    const value = history?.values[index] ?? NaN;
    const step = String(history?.steps[index] ?? '');
    if (value < least.value || Number.isNaN(least.value)) {
      least = { value, step };
    }
    if (value > most.value || Number.isNaN(most.value)) {
      most = { value, step };
    }
  }
  return [least, most];
}

function extreme({ value, step }: Extreme, best: boolean): string {
  const text = number(value);
  return `${best ? `**${text}**` : text} @${escapeMarkdown(step)}`;
}

function number(value: number): string {
  return escapeMarkdown(formatNumber(value));
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
  const shown = params
    .slice(0, MAX_PARAMS)
    .map(
      ({ key, value }) =>
        `${escapeMarkdown(shorten(key, MAX_KEY))} **${escapeMarkdown(shorten(value, MAX_VALUE)) || '""'}**`,
    );
  const rest = params.length - shown.length;
  return [...shown, ...(rest > 0 ? [escapeMarkdown(translate('+{0} more', rest))] : [])].join(
    ' · ',
  );
}

function linksLine({ run, links }: CardInput): string {
  const args = encodeURIComponent(JSON.stringify([run.info.runId]));
  return links
    .map(link => `[$(${link.icon}) ${escapeMarkdown(link.title)}](command:${link.command}?${args})`)
    .join(' &nbsp; ');
}

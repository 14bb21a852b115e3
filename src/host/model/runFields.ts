import { formatNumber } from '../../base/formatNumber';
import { formatDuration, formatTimestamp } from '../../base/formatTime';
import { isSystemMetric, SYSTEM_PREFIX } from '../../base/systemMetric';
import type { Dataset, Metric, Run } from '../../tracking/entities';
import { HEARTBEAT_TAG, STOP_TAG } from '../../tracking/heartbeat';
import { orderedMetrics } from './mainMetric';
import type { FieldNode, GroupNode, RunGroup } from './nodes';
import { tagOf } from './tagOf';

/** Tags that the Source group shows under plain names, in its order. */
const SOURCE_TAGS: readonly (readonly [tag: string, name: string])[] = [
  ['mlflow.source.name', 'file'],
  ['tracker.command', 'command'],
  ['tracker.workingDir', 'folder'],
  ['mlflow.source.git.commit', 'commit'],
  ['mlflow.source.git.branch', 'branch'],
  ['mlflow.source.git.dirty', 'uncommitted changes'],
  ['mlflow.source.git.repoURL', 'repository'],
  ['tracker.source.path', 'path in the repository'],
  ['mlflow.source.type', 'type'],
];
/** Not worth a row: shown elsewhere or not for reading. */
const HIDDEN_TAGS = new Set([
  ...SOURCE_TAGS.map(([tag]) => tag),
  'mlflow.runName',
  'mlflow.user',
  'mlflow.note.content',
  'mlflow.parentRunId',
  'mlflow.runColor',
  'mlflow.source.git.diff',
  'mlflow.log-model.history',
  HEARTBEAT_TAG,
  STOP_TAG,
]);

/** Values at a glance of each group; undefined for one that is empty. */
export function groupSummaries(run: Run): Record<RunGroup, string | undefined> {
  return {
    metrics: metricsSummary(ownMetrics(run)),
    systemMetrics: metricsSummary(systemMetrics(run), SYSTEM_PREFIX),
    params: joined(run.data.params.map(({ key, value }) => `${key} ${value}`)),
    tags: joined(shownTags(run).map(({ key, value }) => `${key} ${value}`)),
    source: sourceSummary(run),
    datasets: joined(run.inputs.datasets.map(({ dataset }) => dataset.name)),
    artifacts: '',
    // Only runs of the wrapper have one; whether it has printed anything is asked when it is opened.
    log: tagOf(run, 'tracker.command') === undefined ? undefined : '',
    details: run.info.runId,
  };
}

/** The rows of a group; none for those that are read from elsewhere. */
export function runFields(run: Run, group: GroupNode): readonly FieldNode[] {
  const field = (key: string, value: string, text = value): FieldNode => ({
    kind: 'field',
    id: `${group.id}/${key}`,
    parent: group,
    key,
    value,
    text: oneLine(text),
    curve: '',
  });
  const metricField = (metric: Metric): FieldNode =>
    field(metric.key, String(metric.value), metricText(metric));
  switch (group.group) {
    case 'metrics':
      return ownMetrics(run).map(metricField);
    case 'systemMetrics':
      return systemMetrics(run).map(metricField);
    case 'params':
      return run.data.params.map(({ key, value }) => field(key, value));
    case 'tags':
      return shownTags(run).map(({ key, value }) => field(key, value));
    case 'source':
      return SOURCE_TAGS.flatMap(([tag, name]) => {
        const value = tagOf(run, tag);
        return value === undefined ? [] : [field(name, value)];
      });
    case 'datasets':
      return run.inputs.datasets.map(({ dataset, tags }, index) => ({
        ...field(dataset.name, dataset.source, datasetText(dataset, tags[0]?.value)),
        id: `${group.id}/${index}`,
      }));
    case 'details':
      return detailsOf(run).map(([key, value]) => field(key, value));
    case 'log':
    case 'artifacts':
      return [];
  }
}

function detailsOf(run: Run): readonly (readonly [name: string, value: string])[] {
  const { info } = run;
  const start = info.startTimeMs === undefined ? undefined : Number(info.startTimeMs);
  const end =
    info.status === 'RUNNING' || info.endTimeMs === undefined ? undefined : Number(info.endTimeMs);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['run id', info.runId],
    ['status', info.status.toLowerCase()],
    ['started', start === undefined ? undefined : formatTimestamp(start)],
    ['ended', end === undefined ? undefined : formatTimestamp(end)],
    [
      'duration',
      start === undefined || end === undefined ? undefined : formatDuration(end - start),
    ],
    ['user', tagOf(run, 'mlflow.user') ?? info.userId],
    ['description', tagOf(run, 'mlflow.note.content')],
    ['parent run', tagOf(run, 'mlflow.parentRunId')],
    ['artifact location', info.artifactUri],
  ];
  return rows.flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, value] as const],
  );
}

function metricText(metric: Metric): string {
  const step = metric.step === 0 ? '' : ` @${metric.step}`;
  return `${formatNumber(metric.value)}${step}`;
}

function ownMetrics(run: Run): readonly Metric[] {
  return orderedMetrics(run).filter(({ key }) => !isSystemMetric(key));
}

function systemMetrics(run: Run): readonly Metric[] {
  return orderedMetrics(run).filter(({ key }) => isSystemMetric(key));
}

/** @param prefix of every key, left out */
function metricsSummary(metrics: readonly Metric[], prefix = ''): string | undefined {
  return joined(
    metrics
      .slice(0, 3)
      .map(({ key, value }) => `${key.slice(prefix.length)} ${formatNumber(value)}`),
  );
}

/** The person's own tags first; MLflow's remaining ones after them. */
function shownTags(run: Run): Run['data']['tags'] {
  const shown = run.data.tags.filter(tag => !HIDDEN_TAGS.has(tag.key));
  const isSystem = (key: string) => key.startsWith('mlflow.') || key.startsWith('tracker.');
  return [...shown.filter(tag => !isSystem(tag.key)), ...shown.filter(tag => isSystem(tag.key))];
}

function sourceSummary(run: Run): string | undefined {
  const name = tagOf(run, 'mlflow.source.name');
  const commit = tagOf(run, 'mlflow.source.git.commit')?.slice(0, 7);
  const branch = tagOf(run, 'mlflow.source.git.branch');
  const dirty = tagOf(run, 'mlflow.source.git.dirty') === 'true' ? '✎' : undefined;
  return joined(
    [name?.split(/[\\/]/).at(-1), [commit, branch, dirty].filter(Boolean).join(' ')].filter(
      (part): part is string => part !== undefined && part !== '',
    ),
  );
}

function datasetText(dataset: Dataset, context: string | undefined): string {
  return [context, dataset.digest, dataset.sourceType].filter(Boolean).join(' · ');
}

function joined(parts: readonly string[]): string | undefined {
  return parts.length === 0 ? undefined : oneLine(parts.slice(0, 8).join(' · '));
}

/** A tree row holds one line. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

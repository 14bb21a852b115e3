import { formatNumber } from '../../base/formatNumber';
import { formatDuration, formatTimestamp } from '../../base/formatTime';
import type { Dataset, Metric, Run, RunId } from '../../tracking/entities';
import { HEARTBEAT_TAG, STOP_TAG } from '../../tracking/heartbeat';
import type { CallOptions } from '../../tracking/trackingStore';
import type { TrackerClient } from '../../stores/rest/trackerClient';
import { chooseMainMetric, orderMetrics } from './mainMetric';
import {
  RUN_GROUPS,
  type ArtifactNode,
  type FieldNode,
  type GroupNode,
  type NoteNode,
  type RunGroup,
  type RunNode,
  type TreeNode,
} from './nodes';
import { sparkline } from './sparkline';

export type GetClient = (options?: CallOptions) => Promise<TrackerClient>;

/** Whole runs kept for groups, hover cards and the Run view. */
const MAX_KEPT = 50;
/** Curves in one group: more metrics than this have none. */
const MAX_CURVES = 50;
const CURVE_COLUMNS = 12;
const CURVE_WIDTH = 8;

/** Tags that the Source group shows under plain names, in its order. */
const SOURCE_TAGS: readonly (readonly [tag: string, name: string])[] = [
  ['mlflow.source.name', 'file'],
  ['tracker.command', 'command'],
  ['tracker.workingDir', 'folder'],
  ['mlflow.source.git.commit', 'commit'],
  ['mlflow.source.git.branch', 'branch'],
  ['mlflow.source.git.dirty', 'uncommitted changes'],
  ['mlflow.source.git.repoURL', 'repository'],
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

/** Everything about single runs: read whole when first asked for, kept until the run changes. */
export class RunDetails {
  private readonly runs = new Map<RunId, Promise<Run>>();

  constructor(private readonly getClient: GetClient) {}

  /** Throws RESOURCE_DOES_NOT_EXIST. A cancelled caller does not cancel the request: others may wait for it. */
  async get(runId: RunId, options?: CallOptions): Promise<Run> {
    let found = this.runs.get(runId);
    if (!found) {
      found = this.getClient().then(client => client.getRun(runId));
      this.keep(runId, found);
    }
    const run = await found;
    options?.signal?.throwIfAborted();
    return run;
  }

  /** @param runIds those that changed; undefined for all */
  forget(runIds: Iterable<RunId> | undefined): void {
    for (const runId of runIds ?? [...this.runs.keys()]) {
      this.runs.delete(runId);
    }
  }

  /** The sections of a run that are not empty. Artifacts always: whether there are any is asked when it is opened. */
  async groups(
    runId: RunId,
    idPrefix: string,
    parent: RunNode | undefined,
    options?: CallOptions,
  ): Promise<readonly GroupNode[]> {
    const run = await this.get(runId, options);
    const summaries: Record<RunGroup, string | undefined> = {
      metrics: metricsSummary(run),
      params: joined(run.data.params.map(({ key, value }) => `${key} ${value}`)),
      tags: joined(shownTags(run).map(({ key, value }) => `${key} ${value}`)),
      source: sourceSummary(run),
      datasets: joined(run.inputs.datasets.map(({ dataset }) => dataset.name)),
      artifacts: '',
      // Only runs of the wrapper have one; whether it has printed anything is asked when it is opened.
      log: tagOf(run, 'tracker.command') === undefined ? undefined : '',
      details: runId,
    };
    return RUN_GROUPS.flatMap(group => {
      const summary = summaries[group];
      const id = `${idPrefix}/${group}`;
      return summary === undefined
        ? []
        : [{ kind: 'group' as const, id, parent, runId, group, summary }];
    });
  }

  async groupChildren(group: GroupNode, options?: CallOptions): Promise<readonly TreeNode[]> {
    if (group.group === 'artifacts') {
      return this.artifacts(group, '', options);
    }
    const run = await this.get(group.runId, options);
    return fieldsOf(run, group);
  }

  async artifacts(
    parent: GroupNode | ArtifactNode,
    path: string,
    options?: CallOptions,
  ): Promise<readonly (ArtifactNode | NoteNode)[]> {
    const client = await this.getClient(options);
    const files = await client.listArtifacts(parent.runId, path, options);
    const nodes = files.map((file): ArtifactNode => ({
      kind: 'artifact',
      id: `${rootIdOf(parent)}:${file.path}`,
      parent,
      runId: parent.runId,
      file,
    }));
    const order = (node: ArtifactNode) => (node.file.isDir ? 0 : 1);
    return nodes.length > 0
      ? nodes.sort((a, b) => order(a) - order(b))
      : [
          {
            kind: 'note',
            id: `${parent.id}/none`,
            parent,
            note: 'noArtifacts',
          },
        ];
  }

  /** Fills the curves of a metrics group. @returns the nodes that have one now */
  async addCurves(
    nodes: readonly TreeNode[],
    options?: CallOptions,
  ): Promise<readonly FieldNode[]> {
    const fields = nodes
      .filter(node => node.kind === 'field')
      .filter(field => field.parent.group === 'metrics')
      .slice(0, MAX_CURVES);
    if (fields.length === 0) {
      return [];
    }
    const client = await this.getClient(options);
    const series = await client.sampleMetrics(
      {
        series: fields.map(field => ({ run_id: field.parent.runId, metric_key: field.key })),
        x: 'step',
        columns: CURVE_COLUMNS,
        smoothing: 0,
      },
      options,
    );
    const curves = new Map(
      series.map(one => [one.metricKey, sparkline(one.values, CURVE_WIDTH)] as const),
    );
    return fields.filter(field => {
      field.curve = curves.get(field.key) ?? '';
      return field.curve !== '';
    });
  }

  private keep(runId: RunId, found: Promise<Run>): void {
    this.runs.set(runId, found);
    found.catch(() => {
      // A failure is not kept: the next one who asks tries again.
      if (this.runs.get(runId) === found) {
        this.runs.delete(runId);
      }
    });
    const oldest = this.runs.keys().next();
    if (this.runs.size > MAX_KEPT && !oldest.done) {
      this.runs.delete(oldest.value);
    }
  }
}

function rootIdOf(node: GroupNode | ArtifactNode): string {
  return node.kind === 'group' ? node.id : rootIdOf(node.parent);
}

function fieldsOf(run: Run, group: GroupNode): readonly FieldNode[] {
  const field = (key: string, value: string, text = value): FieldNode => ({
    kind: 'field',
    id: `${group.id}/${key}`,
    parent: group,
    key,
    value,
    text: oneLine(text),
    curve: '',
  });
  switch (group.group) {
    case 'metrics':
      return orderedMetrics(run).map(metric =>
        field(metric.key, String(metric.value), metricText(metric)),
      );
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

/** The metric that stands first, for a run alone. */
export function mainMetricOf(run: Run, wanted: string | undefined): string | undefined {
  return chooseMainMetric(
    run.data.metrics.map(metric => metric.key),
    [wanted],
  );
}

export function orderedMetrics(run: Run, wanted?: string): readonly Metric[] {
  return orderMetrics(run.data.metrics, mainMetricOf(run, wanted));
}

export function tagOf(run: Run, key: string): string | undefined {
  return run.data.tags.find(tag => tag.key === key)?.value;
}

function metricText(metric: Metric): string {
  const step = metric.step === 0 ? '' : ` @${metric.step}`;
  return `${formatNumber(metric.value)}${step}`;
}

function metricsSummary(run: Run): string | undefined {
  return joined(
    orderedMetrics(run)
      .slice(0, 3)
      .map(({ key, value }) => `${key} ${formatNumber(value)}`),
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

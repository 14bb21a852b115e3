import type { Run, RunId } from '../../tracking/entities';
import type { CallOptions } from '../../tracking/trackingStore';
import type { TrackerClient } from '../../stores/rest/trackerClient';
import {
  RUN_GROUPS,
  type ArtifactNode,
  type FieldNode,
  type GroupNode,
  type NoteNode,
  type RunNode,
  type TreeNode,
} from './nodes';
import { groupSummaries, runFields } from './runFields';
import { sparkline } from './sparkline';

export type GetClient = (options?: CallOptions) => Promise<TrackerClient>;

/** Whole runs kept for groups, hover cards and the Run view. */
const MAX_KEPT = 50;
/** Curves in one group: more metrics than this have none. */
const MAX_CURVES = 50;
const CURVE_COLUMNS = 12;
const CURVE_WIDTH = 8;

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
    const summaries = groupSummaries(run);
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
    return runFields(run, group);
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
      .filter(({ parent: { group } }) => group === 'metrics' || group === 'systemMetrics')
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

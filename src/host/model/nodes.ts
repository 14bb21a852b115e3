import type { Experiment, Run, RunId } from '../../tracking/entities';
import type { FileInfo } from '../../artifacts/artifactRepository';

/**
 * What the two tree views show. A node keeps its identity (object and `id`) for as long as the thing exists; a refresh
 * replaces what it carries. That is what keeps expansion and selection.
 */
export type TreeNode =
  | FilterNode
  | ExperimentNode
  | RunNode
  | MoreNode
  | GroupNode
  | FieldNode
  | ArtifactNode
  | NoteNode
  | ActionNode;

/** The active filter, shown as the first row with a button that removes it. */
export interface FilterNode {
  readonly kind: 'filter';
  readonly id: 'filter';
  text: string;
}

export interface ExperimentNode {
  readonly kind: 'experiment';
  readonly id: string;
  experiment: Experiment;
  /** Such as `12 runs` or `100+ runs`; absent until its runs were read. */
  runCount?: { readonly loaded: number; readonly complete: boolean };
}

export interface RunNode {
  readonly kind: 'run';
  readonly id: string;
  parent: ExperimentNode | RunNode;
  /** Carries only the tags and metrics of the list's projection. */
  run: Run;
  /** The metric beside the name. */
  mainMetric: string | undefined;
  /** Its history as text, while the run is going on. */
  curve: string;
  /** Of one that says RUNNING: its wrapper was dead when it was last looked at. */
  isStale: boolean;
  /** Does not match the filter; shown because a child does. */
  contextOnly: boolean;
}

export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  readonly parent: ExperimentNode | RunNode;
  remaining: number | undefined;
}

/** In the order in which they are shown. */
export const RUN_GROUPS = [
  'metrics',
  'params',
  'tags',
  'source',
  'datasets',
  'artifacts',
  'log',
  'systemMetrics',
  'details',
] as const;
export type RunGroup = (typeof RUN_GROUPS)[number];

/** A section of a run's details. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly parent: RunNode | undefined;
  readonly runId: RunId;
  readonly group: RunGroup;
  /** Values at a glance, in one line. */
  summary: string;
}

/** One param, tag, metric, dataset or fact about the source. */
export interface FieldNode {
  readonly kind: 'field';
  readonly id: string;
  readonly parent: GroupNode;
  readonly key: string;
  /** As recorded, for copying. */
  value: string;
  /** As shown; the recorded value when it is short. */
  text: string;
  /** Only of metrics. */
  curve: string;
}

export interface ArtifactNode {
  readonly kind: 'artifact';
  readonly id: string;
  readonly parent: GroupNode | ArtifactNode;
  readonly runId: RunId;
  readonly file: FileInfo;
}

/** One sentence in the place of rows: nothing there, or why it cannot be read. */
export interface NoteNode {
  readonly kind: 'note';
  readonly id: string;
  readonly parent: TreeNode | undefined;
  readonly note: 'noRuns' | 'noMatch' | 'noArtifacts' | 'failed';
  /** Of `failed`: one sentence. */
  readonly message?: string;
}

/** A next step as a row, where a welcome text cannot name the cause. */
export interface ActionNode {
  readonly kind: 'action';
  readonly id: string;
  readonly action: 'showLog' | 'setUri' | 'retry';
}

export function parentOf(node: TreeNode): TreeNode | undefined {
  return 'parent' in node ? node.parent : undefined;
}

/** The run that a row is or belongs to. */
export function runIdOf(node: TreeNode | undefined): RunId | undefined {
  switch (node?.kind) {
    case 'run':
      return node.run.info.runId;
    case 'group':
    case 'artifact':
      return node.runId;
    case 'field':
      return node.parent.runId;
    case 'note':
      return runIdOf(node.parent);
    default:
      return undefined;
  }
}

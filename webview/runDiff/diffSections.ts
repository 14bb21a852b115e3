import { formatDuration, formatTimestamp } from '../../src/base/formatTime';
import { isSystemMetric } from '../../src/base/systemMetric';
import type { DiffRun, RunArtifacts, RunDiffSnapshot } from '../../src/protocol/runDiff';
import { formatAgo, formatBytes } from '../shared/format';
import { statusLabel } from '../shared/runStatus';
import { metricRow, textRow, type DiffRow } from './diffRows';

export const SECTIONS = [
  { id: 'metrics', title: 'Metrics', closedAtFirst: false },
  { id: 'params', title: 'Params', closedAtFirst: false },
  { id: 'source', title: 'Source', closedAtFirst: false },
  { id: 'details', title: 'Details', closedAtFirst: false },
  { id: 'datasets', title: 'Datasets', closedAtFirst: false },
  { id: 'tags', title: 'Tags', closedAtFirst: false },
  { id: 'artifacts', title: 'Artifacts', closedAtFirst: true },
  { id: 'systemMetrics', title: 'System metrics', closedAtFirst: true },
  { id: 'systemTags', title: 'System tags', closedAtFirst: true },
] as const;
export type SectionId = (typeof SECTIONS)[number]['id'];

/** The row that carries the buttons for the code diff. */
export const COMMIT_ROW = 'commit';

export interface DiffInput {
  readonly snapshot: RunDiffSnapshot;
  /** Column of the baseline. */
  readonly baseline: number;
  /** Undefined until asked for. */
  readonly artifacts: readonly RunArtifacts[] | undefined;
  readonly nowMs: number;
}

export function rowsOf(section: SectionId, input: DiffInput): readonly DiffRow[] {
  const { runs } = input.snapshot;
  const { baseline } = input;
  switch (section) {
    case 'metrics':
      return metricRows(input, key => !isSystemMetric(key));
    case 'systemMetrics':
      return metricRows(input, isSystemMetric);
    case 'params':
      return textRows(runs, baseline, run => run.params.map(({ key, value }) => [key, value]));
    case 'tags':
      return textRows(runs, baseline, run => tagEntries(run, false));
    case 'systemTags':
      return textRows(runs, baseline, run => tagEntries(run, true));
    case 'source':
      return sourceRows(runs, baseline);
    case 'details':
      return detailRows(input);
    case 'datasets':
      return textRows(runs, baseline, run =>
        run.datasets.map(({ name, digest, context, sourceType }) => [
          context === null ? name : `${name} (${context})`,
          [digest, sourceType].filter(Boolean).join(' · '),
        ]),
      );
    case 'artifacts':
      return artifactRows(input);
  }
}

function metricRows(
  { snapshot, baseline }: DiffInput,
  isWanted: (key: string) => boolean,
): readonly DiffRow[] {
  const columns = snapshot.runs.map(
    run =>
      new Map(
        run.metricKeys.map((key, index) => [
          key,
          { value: run.latestValues[index] ?? Number.NaN, step: run.latestSteps[index] ?? 0 },
        ]),
      ),
  );
  return keysOf(columns)
    .filter(isWanted)
    .map(key =>
      metricRow(
        key,
        columns.map(column => column.get(key)),
        baseline,
        Object.hasOwn(snapshot.directions, key) ? snapshot.directions[key] : undefined,
      ),
    );
}

function textRows(
  runs: readonly DiffRun[],
  baseline: number,
  entriesOf: (run: DiffRun) => readonly (readonly [string, string])[],
): readonly DiffRow[] {
  const columns = runs.map(run => new Map(entriesOf(run)));
  return keysOf(columns).map(key =>
    textRow(
      key,
      columns.map(column => column.get(key)),
      baseline,
    ),
  );
}

const collator = new Intl.Collator('en', { numeric: true });

function keysOf(columns: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  return [...new Set(columns.flatMap(column => [...column.keys()]))].sort(collator.compare);
}

/** Tags that MLflow and the wrapper set; the note is a person’s own. */
function isSystemTag(key: string): boolean {
  return /^(mlflow|tracker)\./.test(key) && key !== 'mlflow.note.content';
}

function tagEntries(run: DiffRun, system: boolean): readonly (readonly [string, string])[] {
  return run.tags
    .filter(({ key }) => isSystemTag(key) === system)
    .map(({ key, value }) => [key === 'mlflow.note.content' ? 'Note' : key, value]);
}

function sourceRows(runs: readonly DiffRun[], baseline: number): readonly DiffRow[] {
  const tags = runs.map(run => new Map(run.tags.map(({ key, value }) => [key, value])));
  const row = (label: string, key: string) =>
    textRow(
      label,
      tags.map(map => map.get(key)),
      baseline,
    );
  const commits = tags.map(map => map.get('mlflow.source.git.commit'));
  const rows = [
    row('file', 'mlflow.source.name'),
    textRow(
      COMMIT_ROW,
      commits,
      baseline,
      commits.map(commit => commit?.slice(0, 7) ?? ''),
    ),
    row('branch', 'mlflow.source.git.branch'),
    textRow(
      'uncommitted changes',
      tags.map(map => uncommitted(map)),
      baseline,
    ),
    row('repository', 'mlflow.source.git.repoURL'),
    row('kind', 'mlflow.source.type'),
  ];
  return rows.filter(({ cells }) => cells.some(cell => cell.text !== null));
}

function uncommitted(tags: ReadonlyMap<string, string>): string | undefined {
  const dirty = tags.get('mlflow.source.git.dirty')?.toLowerCase();
  const diff = tags.get('mlflow.source.git.diff');
  if (diff) {
    const files = diff.match(/^diff --git /gm)?.length ?? 0;
    return files === 0 ? 'yes' : `${files} ${files === 1 ? 'file' : 'files'}`;
  }
  return dirty === undefined ? undefined : dirty === 'true' ? 'yes, not recorded' : 'none';
}

function detailRows({ snapshot, baseline, nowMs }: DiffInput): readonly DiffRow[] {
  const { runs } = snapshot;
  const row = (key: string, value: (run: DiffRun) => string | undefined, shown = value) =>
    textRow(
      key,
      runs.map(value),
      baseline,
      runs.map(run => shown(run) ?? ''),
    );
  const moment = (time: number | null) => (time === null ? undefined : formatTimestamp(time));
  return [
    row('status', run => statusLabel(run.status) + (run.deleted ? ' (deleted)' : '')),
    row(
      'start',
      run => moment(run.startTimeMs),
      run => (run.startTimeMs === null ? undefined : formatAgo(run.startTimeMs, nowMs)),
    ),
    row('duration', run => durationText(run, nowMs)),
    row('user', run => run.userId || undefined),
    row('experiment', run => run.experimentName ?? run.experimentId),
    row('run id', run => run.runId),
  ].filter(({ cells }) => cells.some(cell => cell.text !== null));
}

function durationText(run: DiffRun, nowMs: number): string | undefined {
  if (run.startTimeMs === null) {
    return undefined;
  }
  // A resumed run keeps its old end while it is running.
  const end = run.status === 'RUNNING' ? nowMs : run.endTimeMs;
  return end === null ? undefined : formatDuration(end - run.startTimeMs);
}

function artifactRows({ snapshot, baseline, artifacts }: DiffInput): readonly DiffRow[] {
  const byRun = new Map(artifacts?.map(item => [item.runId, item]));
  const columns = snapshot.runs.map(
    run =>
      new Map(
        byRun
          .get(run.runId)
          ?.files.map(({ path, size }) => [path, size === null ? 'there' : formatBytes(size)]),
      ),
  );
  return keysOf(columns).map(key =>
    textRow(
      key,
      columns.map(column => column.get(key)),
      baseline,
    ),
  );
}

import { runIdsParser } from './metricHistories';
import { aNothing, anObject, aString, oneOf, orNull } from './payload';
import type { RpcParsers } from './rpc';
import type { MissingRun, RunSummary } from './runSummary';

/** Which way a metric gets better; asked once and remembered in the workspace. */
export const DIRECTIONS = ['higher', 'lower'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface TextByKey {
  readonly key: string;
  readonly value: string;
}

export interface DiffDataset {
  readonly name: string;
  readonly digest: string;
  /** Tag `mlflow.data.context`, such as `train`. */
  readonly context: string | null;
  readonly sourceType: string;
}

export interface DiffRun extends RunSummary {
  readonly experimentName: string | null;
  readonly userId: string;
  readonly params: readonly TextByKey[];
  /** All of them, MLflow's own too. */
  readonly tags: readonly TextByKey[];
  readonly datasets: readonly DiffDataset[];
}

export interface RunDiffSnapshot {
  readonly runs: readonly DiffRun[];
  readonly missing: readonly MissingRun[];
  /** Runs that were asked for beyond `MAX_PANEL_RUNS`. */
  readonly leftOut: number;
  /** Set while the store cannot be reached: one sentence. The runs are then the last ones known. */
  readonly problem: string | null;
  readonly directions: Readonly<Record<string, Direction>>;
}

/** The artifact tree of one run, files only. */
export interface RunArtifacts {
  readonly runId: string;
  readonly files: readonly { readonly path: string; readonly size: number | null }[];
  /** True when there are more files than were listed. */
  readonly partial: boolean;
  /** One sentence when they cannot be listed. */
  readonly problem: string | null;
}

export interface CodeDiffRequest {
  readonly leftRunId: string;
  readonly rightRunId: string;
}

/** What the webview asks of the host. */
export interface RunDiffHost {
  load(nothing: null): RunDiffSnapshot;
  /** Shows exactly these runs from now on. */
  setRuns(runIds: readonly string[]): RunDiffSnapshot;
  /** Lets the person choose runs to add; null when dismissed. */
  pickRuns(nothing: null): RunDiffSnapshot | null;
  /** null forgets. */
  setDirection(request: { readonly metricKey: string; readonly direction: Direction | null }): null;
  artifacts(runIds: readonly string[]): readonly RunArtifacts[];
  copyText(request: { readonly text: string; readonly what: string }): null;
  openCodeDiff(request: CodeDiffRequest): null;
  showHistories(runIds: readonly string[]): null;
}

/** What the host tells the webview. */
export interface RunDiffEvents {
  runsChanged(snapshot: RunDiffSnapshot): void;
}

export const runDiffParsers: RpcParsers<RunDiffHost> = {
  load: aNothing,
  setRuns: runIdsParser,
  pickRuns: aNothing,
  setDirection: anObject<{ metricKey: string; direction: Direction | null }>({
    metricKey: aString,
    direction: orNull(oneOf(...DIRECTIONS)),
  }),
  artifacts: runIdsParser,
  copyText: anObject<{ text: string; what: string }>({ text: aString, what: aString }),
  openCodeDiff: anObject<CodeDiffRequest>({ leftRunId: aString, rightRunId: aString }),
  showHistories: runIdsParser,
};

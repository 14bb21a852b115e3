import type {
  CodeDiffRequest,
  DiffRun,
  Direction,
  RunArtifacts,
  RunDiffHost,
  RunDiffSnapshot,
} from '../../protocol/runDiff';
import type { RpcHandlers } from '../../protocol/rpc';
import type { Run, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { listArtifactFiles } from './listArtifactFiles';
import type { PanelStore, RunSource } from './panelServices';
import { runSummaryOf } from './runSummaryOf';
import type { LoadedRuns, ShownRuns } from './shownRuns';

/** What the panel does with the editor. */
export interface RunDiffEditor {
  /** The runs to add; undefined when dismissed. */
  pickRuns(shown: LoadedRuns, signal: AbortSignal): Promise<readonly RunId[] | undefined>;
  copyText(text: string, what: string): Promise<void>;
  openCodeDiff(left: Run, right: Run, signal: AbortSignal): Promise<void>;
  showHistories(runIds: readonly RunId[]): void;
  /** Called whenever the set of runs or a name may have changed. */
  showTitle(loaded: LoadedRuns): void;
  readonly directions: {
    get(): Readonly<Record<string, Direction>>;
    set(metricKey: string, direction: Direction | null): Promise<void>;
  };
}

/** The host's end of the run diff panel, free of `vscode`. */
export class RunDiffPanelHost {
  private readonly experiments = new Map<
    string,
    { name: string; direction?: [string, Direction] }
  >();

  constructor(
    private readonly store: PanelStore,
    private readonly shown: ShownRuns,
    private readonly editor: RunDiffEditor,
  ) {}

  readonly handlers: RpcHandlers<RunDiffHost> = {
    load: (_nothing, { signal }) => this.load(signal),
    setRuns: (runIds, { signal }) => {
      this.shown.setRunIds(runIds);
      return this.load(signal);
    },
    pickRuns: async (_nothing, { signal }) => {
      const picked = await this.editor.pickRuns(await this.shown.load({ signal }), signal);
      if (!picked) {
        return null;
      }
      this.shown.setRunIds([...this.shown.runIds, ...picked]);
      return this.load(signal);
    },
    setDirection: async ({ metricKey, direction }) => {
      await this.editor.directions.set(metricKey, direction);
      return null;
    },
    artifacts: (runIds, { signal }) => this.artifacts(runIds, signal),
    copyText: async ({ text, what }) => {
      await this.editor.copyText(text, what);
      return null;
    },
    openCodeDiff: async (request, { signal }) => {
      await this.openCodeDiff(request, signal);
      return null;
    },
    showHistories: runIds => {
      this.editor.showHistories(runIds);
      return null;
    },
  };

  async snapshotOf(loaded: LoadedRuns, signal?: AbortSignal): Promise<RunDiffSnapshot> {
    await this.learnExperiments(loaded, signal);
    const known = [...this.experiments.values()].flatMap(experiment =>
      experiment.direction ? [experiment.direction] : [],
    );
    const { missing, problem, leftOut } = loaded;
    return {
      missing,
      problem,
      leftOut,
      runs: loaded.runs.map(run => this.diffRunOf(run, loaded)),
      directions: { ...Object.fromEntries(known), ...this.editor.directions.get() },
    };
  }

  private async load(signal: AbortSignal): Promise<RunDiffSnapshot> {
    const loaded = await this.shown.load({ signal });
    this.editor.showTitle(loaded);
    return this.snapshotOf(loaded, signal);
  }

  /** Names for the details, and the direction that MLflow's own experiment tags give to the primary metric. */
  private async learnExperiments(loaded: LoadedRuns, signal?: AbortSignal): Promise<void> {
    const options = signal ? { signal } : {};
    const unknown = new Set(
      loaded.runs.map(run => run.info.experimentId).filter(id => !this.experiments.has(id)),
    );
    if (unknown.size === 0) {
      return;
    }
    try {
      const client = await this.store.getClient(options);
      for (const id of unknown) {
        const experiment = await client.getExperiment(id, options);
        const tags = new Map(experiment.tags.map(tag => [tag.key, tag.value]));
        const metricKey = tags.get('mlflow.experiment.primaryMetric.name');
        const greater = tags.get('mlflow.experiment.primaryMetric.greaterIsBetter')?.toLowerCase();
        const known = metricKey !== undefined && (greater === 'true' || greater === 'false');
        this.experiments.set(id, {
          name: experiment.name,
          ...(known ? { direction: [metricKey, greater === 'true' ? 'higher' : 'lower'] } : {}),
        });
      }
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      // The diff is whole without the experiment's name; the log says why it is not there.
      this.store.logger.warn(`Cannot read an experiment for the run diff: ${String(error)}`);
    }
  }

  private diffRunOf(run: Run, loaded: LoadedRuns): DiffRun {
    return {
      ...runSummaryOf(run, loaded),
      experimentName: this.experiments.get(run.info.experimentId)?.name ?? null,
      userId: run.info.userId,
      params: run.data.params,
      tags: run.data.tags,
      datasets: run.inputs.datasets.map(({ dataset, tags }) => ({
        name: dataset.name,
        digest: dataset.digest,
        sourceType: dataset.sourceType,
        context: tags.find(tag => tag.key === 'mlflow.data.context')?.value ?? null,
      })),
    };
  }

  private async artifacts(
    runIds: readonly RunId[],
    signal: AbortSignal,
  ): Promise<readonly RunArtifacts[]> {
    const client = await this.store.getClient({ signal });
    return Promise.all(runIds.map(runId => this.artifactsOf(client, runId, signal)));
  }

  private async artifactsOf(
    client: RunSource,
    runId: RunId,
    signal: AbortSignal,
  ): Promise<RunArtifacts> {
    try {
      return { runId, problem: null, ...(await listArtifactFiles(client, runId, { signal })) };
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      const problem = error instanceof Error ? error.message : String(error);
      return { runId, files: [], partial: false, problem };
    }
  }

  private async openCodeDiff(request: CodeDiffRequest, signal: AbortSignal): Promise<void> {
    const { runs } = await this.shown.load({ signal });
    const left = runs.find(run => run.info.runId === request.leftRunId);
    const right = runs.find(run => run.info.runId === request.rightRunId);
    if (!left || !right) {
      throw new TrackingError('RESOURCE_DOES_NOT_EXIST', 'One of the two runs is no longer there.');
    }
    await this.editor.openCodeDiff(left, right, signal);
  }
}

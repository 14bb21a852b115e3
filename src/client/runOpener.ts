import path from 'node:path';
import { present } from '../base/present';
import type { KeyValue, Run, RunId, RunInfo } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import type { StartRunOptions } from './clientOptions';
import type { ExperimentChoice } from './experimentChoice';
import { keyValues } from './loggedValues';
import { runContext } from './runContext';

/** Makes new runs, with their context, and resumes old ones. */
export class RunOpener {
  constructor(
    private readonly store: TrackingStore,
    private readonly experiments: ExperimentChoice,
    private readonly surroundings: { readonly env: NodeJS.ProcessEnv; readonly workingDir: string },
  ) {}

  /** @param activeRunId the run inside which it is started */
  async open(options: StartRunOptions, activeRunId: RunId | undefined): Promise<RunInfo> {
    const runId = options.runId ?? this.takeRunId();
    const run = await (runId === undefined
      ? this.create(options, activeRunId)
      : this.resume(runId, options));
    return run.info;
  }

  private async create(options: StartRunOptions, activeRunId: RunId | undefined): Promise<Run> {
    const { env, workingDir } = this.surroundings;
    const parentRunId = options.parentRunId ?? activeRunId;
    const startTimeMs = Date.now();
    const [experimentId, context] = await Promise.all([
      this.experiments.idFor(options),
      runContext(mainScript(), workingDir, env),
    ]);
    const tags = keyValues({
      ...context,
      ...(parentRunId !== undefined && { 'mlflow.parentRunId': parentRunId }),
      ...(options.description !== undefined && { 'mlflow.note.content': options.description }),
      ...options.tags,
    });
    return await this.store.createRun({
      experimentId,
      startTimeMs,
      tags,
      userId: tagValue(tags, 'mlflow.user') ?? 'unknown',
      ...present({ runName: options.runName }),
    });
  }

  /** As MLflow's `start_run(run_id)`: the run is RUNNING again, and keeps its end time until it ends anew. */
  private async resume(runId: RunId, options: StartRunOptions): Promise<Run> {
    const { info } = await this.store.getRun(runId);
    if (info.lifecycleStage === 'deleted') {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The run ${runId} is deleted and cannot be resumed: restore it first.`,
      );
    }
    const { runName, description, tags } = options;
    await this.store.updateRun(runId, {
      status: 'RUNNING',
      ...present({ endTimeMs: info.endTimeMs, runName }),
    });
    const added = keyValues({
      ...(description !== undefined && { 'mlflow.note.content': description }),
      ...tags,
    });
    if (added.length > 0) {
      await this.store.logBatch(runId, { tags: added });
    }
    return await this.store.getRun(runId);
  }

  /** MLflow's clients take the variable out of the environment: it means one run, not every run of the process. */
  private takeRunId(): RunId | undefined {
    const { env } = this.surroundings;
    const runId = env['MLFLOW_RUN_ID'];
    if (!runId) {
      return undefined;
    }
    delete env['MLFLOW_RUN_ID'];
    return runId;
  }
}

/** Absolute path of what Node was started with; none in a console, or with `--eval`. */
function mainScript(): string | undefined {
  const script = process.argv[1];
  return script !== undefined && path.isAbsolute(script) ? script : undefined;
}

function tagValue(tags: readonly KeyValue[], key: string): string | undefined {
  return tags.find(tag => tag.key === key)?.value;
}

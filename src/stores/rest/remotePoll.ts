import type { Experiment, Run } from '../../tracking/entities';
import type { StoreChange, TrackingStore } from '../../tracking/trackingStore';

/** Experiments and runs looked at in one round: the cost does not grow with what is stored. */
const EXPERIMENTS = 200;
const NEWEST_RUNS = 50;
const RUNNING_RUNS = 50;
/** MLflow's search over several experiments is one request for up to this many. */
const EXPERIMENTS_PER_SEARCH = 50;

/** Compares what a server shows now with what it showed the last time. */
export class RemotePoll {
  private experiments: string | undefined;
  private runs: ReadonlyMap<string, SeenRun> | undefined;

  constructor(private readonly store: TrackingStore) {}

  /** Nothing in the first round, which only looks. */
  async changes(signal: AbortSignal): Promise<StoreChange[]> {
    const page = await this.store.searchExperiments(
      { maxResults: EXPERIMENTS, viewType: 'ALL' },
      { signal },
    );
    const experiments = JSON.stringify(page.items.map(fingerprintOfExperiment));
    const runs = await this.seenRuns(page.items, signal);
    const changes: StoreChange[] = [];
    if (this.experiments !== undefined && this.experiments !== experiments) {
      changes.push({ kind: 'experiments' });
    }
    if (this.runs !== undefined) {
      changes.push(...changedRuns(this.runs, runs));
    }
    this.experiments = experiments;
    this.runs = runs;
    return changes;
  }

  private async seenRuns(
    experiments: readonly Experiment[],
    signal: AbortSignal,
  ): Promise<Map<string, SeenRun>> {
    const ids = experiments
      .filter(one => one.lifecycleStage === 'active')
      .map(one => one.experimentId);
    const seen = new Map<string, SeenRun>();
    for (let start = 0; start < ids.length; start += EXPERIMENTS_PER_SEARCH) {
      const experimentIds = ids.slice(start, start + EXPERIMENTS_PER_SEARCH);
      const newest = await this.store.searchRuns(
        {
          experimentIds,
          viewType: 'ALL',
          maxResults: NEWEST_RUNS,
          orderBy: ['attributes.start_time DESC'],
        },
        { signal },
      );
      const running = await this.store.searchRuns(
        { experimentIds, filter: "attributes.status = 'RUNNING'", maxResults: RUNNING_RUNS },
        { signal },
      );
      for (const run of [...newest.items, ...running.items]) {
        seen.set(run.info.runId, {
          experimentId: run.info.experimentId,
          fingerprint: fingerprintOfRun(run),
        });
      }
    }
    return seen;
  }
}

interface SeenRun {
  readonly experimentId: string;
  readonly fingerprint: string;
}

/** A run that left the window of newest and running ones has changed too: it ended, or is gone for good. */
function changedRuns(
  before: ReadonlyMap<string, SeenRun>,
  now: ReadonlyMap<string, SeenRun>,
): StoreChange[] {
  const changed = [...now].filter(([id, run]) => before.get(id)?.fingerprint !== run.fingerprint);
  const gone = [...before].filter(([id]) => !now.has(id));
  return [...changed, ...gone].map(([runId, { experimentId }]) => ({
    kind: 'runs',
    experimentId,
    runId,
  }));
}

function fingerprintOfExperiment(experiment: Experiment): string {
  const { experimentId, name, lifecycleStage, lastUpdateTimeMs, tags } = experiment;
  return [experimentId, name, lifecycleStage, String(lastUpdateTimeMs), JSON.stringify(tags)].join(
    '\n',
  );
}

function fingerprintOfRun({ info, data, inputs }: Run): string {
  const metrics = data.metrics.map(({ key, value, step, timestampMs }) =>
    [key, value, step, timestampMs].join(' '),
  );
  return JSON.stringify([
    info.status,
    info.runName,
    info.lifecycleStage,
    String(info.endTimeMs),
    metrics,
    data.params,
    data.tags,
    inputs.datasets.length,
  ]);
}

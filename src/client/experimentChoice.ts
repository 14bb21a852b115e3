import type { Experiment, ExperimentId } from '../tracking/entities';
import { experimentByName } from '../tracking/experimentByName';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';

/** MLflow's default experiment. */
const DEFAULT_EXPERIMENT_ID = '0';

/** Which experiment new runs go to. */
export class ExperimentChoice {
  private chosen: ExperimentId | undefined;

  constructor(
    private readonly store: TrackingStore,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** For all runs from now on. The experiment is made when there is none; a deleted one is refused, as in MLflow. */
  async set(name: string): Promise<Experiment> {
    const experiment = await this.store.getExperiment(await experimentByName(this.store, name));
    if (experiment.lifecycleStage === 'deleted') {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `The experiment '${name}' is deleted: restore it, or choose another name.`,
      );
    }
    this.chosen = experiment.experimentId;
    return experiment;
  }

  /**
   * What is named, else the chosen one, else what the environment names (`MLFLOW_EXPERIMENT_NAME`, made when there is none,
   * before `MLFLOW_EXPERIMENT_ID`), else the default: MLflow's order.
   */
  async idFor(named: {
    readonly experimentId?: ExperimentId;
    readonly experimentName?: string;
  }): Promise<ExperimentId> {
    if (named.experimentId !== undefined) {
      return named.experimentId;
    }
    if (named.experimentName !== undefined) {
      return await experimentByName(this.store, named.experimentName);
    }
    if (this.chosen !== undefined) {
      return this.chosen;
    }
    const { MLFLOW_EXPERIMENT_NAME: name, MLFLOW_EXPERIMENT_ID: id } = this.env;
    return name ? await experimentByName(this.store, name) : id || DEFAULT_EXPERIMENT_ID;
  }
}

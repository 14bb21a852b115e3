import type { MlflowEnvironment } from './mlflowEnvironments';

/** A part of the session that `python/session` runs. */
interface Topic {
  /** For `docs/clients.md`. */
  readonly title: string;
  /** The first MLflow that can do it; absent when all can. */
  readonly since?: string;
}

/** In the order in which they run: some go on with what others made. */
const TOPICS = {
  runs: { title: 'params, metrics (NaN, ±∞), tags and notes of a run, fluent' },
  nested: { title: 'nested runs' },
  failing: { title: 'a run that ends by an exception' },
  resumed: { title: 'a run resumed by `MLFLOW_RUN_ID`' },
  ofClient: { title: 'the same by `MlflowClient`' },
  artifacts: { title: 'files, texts, dicts, figures, images: log, list, download' },
  datasets: { title: '`log_input` of pandas and NumPy', since: '2.4' },
  tables: { title: '`log_table`, `load_table`', since: '2.4' },
  images: { title: '`log_image` by key and step', since: '2.11' },
  frame: { title: '`search_runs` to pandas, over several pages' },
  pages: { title: '`MlflowClient.search_runs`, page by page' },
  longHistory: { title: 'a history of 2,500 points' },
  largeBatch: { title: '`log_batch` of more than one batch holds' },
  asynchronous: { title: 'asynchronous logging', since: '2.10' },
  systemMetrics: { title: 'system metrics', since: '2.8' },
  threads: { title: '8 threads on one run' },
  lifecycle: { title: 'experiments and runs: tags, search, rename, delete, restore' },
  errors: { title: "what is refused, by MLflow's error codes" },
  model: { title: 'a scikit-learn model: log, load' },
  pyfunc: { title: 'a pyfunc model with an artifact' },
  evaluation: { title: '`mlflow.evaluate` of a classifier' },
  autolog: { title: 'autologging of scikit-learn, a grid search included' },
  loggedModels: { title: 'logged models, by every call for them', since: '3.0' },
  project: { title: '`mlflow.run` of a project' },
  commandLine: { title: '`mlflow runs`, `mlflow experiments`, `mlflow artifacts`' },
  registry: { title: 'the model registry answers that it is not served' },
  traces: { title: 'a script that traces goes on, without traces', since: '2.14' },
} as const satisfies Readonly<Record<string, Topic>>;

export type TopicName = keyof typeof TOPICS;

export const TOPIC_NAMES = Object.keys(TOPICS) as readonly TopicName[];

export function titleOf(name: TopicName): string {
  return TOPICS[name].title;
}

export function topicsOf(environment: MlflowEnvironment): readonly TopicName[] {
  return TOPIC_NAMES.filter(name => {
    const { since }: Topic = TOPICS[name];
    return since === undefined || environment.isAtLeast(since);
  });
}

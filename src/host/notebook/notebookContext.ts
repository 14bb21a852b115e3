import type { Logger } from '../../base/logger';
import { gitTags } from '../../launch/contextTags';
import { readGitState } from '../../launch/git/gitState';

type Texts = Readonly<Record<string, string>>;

/** What `mlflow_tracker_kernel.py` reads. */
export interface KernelAnswer {
  /** The git state of the notebook as it is now. */
  readonly tags: Texts;
  /** For the environment of the kernel. Told once to each of its processes: they may hold credentials. */
  readonly variables?: Texts;
  /** The first time: since when the kernel runs cells, and what was so then and is so now. */
  readonly atStart?: { readonly timeMs: number; readonly tags: Texts };
}

export interface NotebookContextOptions {
  /** Absolute; undefined for a notebook that was never saved. */
  readonly file: string | undefined;
  /** MLflow's variables for the store of the window. */
  readonly variables: () => Promise<Texts>;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

/** Every MLflow takes a tag of this length, in characters; one that is longer would end the cell that starts the run. */
const TAG_LIMIT = 4_999;
const COMMIT = 'mlflow.source.git.commit';
const DIFF = 'mlflow.source.git.diff';

/** What the runs of a notebook's cells are told of where they come from. */
export class NotebookContext {
  private start: { readonly timeMs: number; readonly tags: Promise<Texts> };
  private isFirst = true;

  constructor(private readonly options: NotebookContextOptions) {
    this.start = this.now();
  }

  /** The kernel has a new process. */
  begin(): void {
    this.start = this.now();
    this.isFirst = true;
  }

  readonly answer = async (): Promise<KernelAnswer> => {
    if (!this.isFirst) {
      return { tags: await this.tags() };
    }
    this.isFirst = false;
    const { start } = this;
    const [then, now, variables] = await Promise.all([
      start.tags,
      this.tags(),
      this.options.variables(),
    ]);
    return {
      tags: now,
      variables,
      atStart: { timeMs: start.timeMs, tags: unchanged(then, now) },
    };
  };

  private now(): { readonly timeMs: number; readonly tags: Promise<Texts> } {
    return { timeMs: Date.now(), tags: this.tags() };
  }

  /** As of a headless notebook, but for a patch that is too long: there is no artifact with the rest of it. */
  private async tags(): Promise<Texts> {
    const { file, env, logger } = this.options;
    if (file === undefined) {
      return {};
    }
    const state = await readGitState({ source: file, sourceIsFile: true, env, logger });
    const isLong = (state?.patch?.length ?? 0) > TAG_LIMIT;
    const tags = gitTags(state, TAG_LIMIT).filter(({ key }) => !(isLong && key === DIFF));
    return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  }
}

function unchanged(then: Texts, now: Texts): Texts {
  return then[COMMIT] === now[COMMIT]
    ? Object.fromEntries(Object.entries(then).filter(([key, value]) => now[key] === value))
    : {};
}

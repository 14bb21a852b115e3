import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { Experiment, ExperimentId, RunId } from '../../tracking/entities';
import type { CallOptions, StoreChange } from '../../tracking/trackingStore';
import { experimentNodeId, type ExperimentOpener } from './experimentOpener';
import type { ExperimentNode, MoreNode, RunNode, TreeNode } from './nodes';
import { refreshPlan } from './refreshPlan';
import type { GetClient, RunDetails } from './runDetails';
import { RunForest } from './runForest';
import { SignsOfLife } from './signsOfLife';
import { updateLiveCurves } from './updateLiveCurves';
import type { ViewState } from './viewState';

export interface ModelOptions {
  readonly getClient: GetClient;
  readonly details: RunDetails;
  readonly viewState: ViewState;
  readonly opener: ExperimentOpener;
  readonly pageSize: () => number;
  readonly wantedMetric: () => string;
}

/** Experiments are few; beyond this many the view says so. */
const MAX_EXPERIMENTS = 5000;
const DEFAULT_EXPERIMENT = '0';

/**
 * What the Experiments view shows: experiments, their runs and the details of a run, read as they are opened and kept up to
 * date by the store's change events. Free of VS Code, so that tests run it against a real server.
 */
export class ExperimentsModel implements Disposable {
  private readonly experiments = new Map<ExperimentId, ExperimentNode>();
  private readonly forests = new Map<ExperimentId, RunForest>();
  private readonly changed = new Emitter<readonly TreeNode[] | undefined>();
  private readonly signs = new SignsOfLife();
  private generation = 0;
  private refreshing: Promise<void> = Promise.resolve();

  /** Nodes to redraw with what is below them; undefined for the whole tree. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly options: ModelOptions) {}

  /** The first rows. Empty while nothing was ever recorded. */
  async roots(options?: CallOptions): Promise<readonly TreeNode[]> {
    const { viewState } = this.options;
    const experiments = await this.readExperiments(options);
    await this.options.opener.openOnly(experiments, options);
    const rows: TreeNode[] = experiments.map(experiment => this.experimentNode(experiment));
    if (viewState.filter !== '') {
      return [{ kind: 'filter', id: 'filter', text: viewState.filter }, ...rows];
    }
    return (await this.nothingRecorded(experiments, options)) ? [] : rows;
  }

  async childrenOf(node: TreeNode, options?: CallOptions): Promise<readonly TreeNode[]> {
    const { details } = this.options;
    switch (node.kind) {
      case 'experiment': {
        const forest = this.forestOf(node);
        const before = node.runCount;
        const rows = await forest.roots(options);
        if (
          before?.loaded !== node.runCount?.loaded ||
          before?.complete !== node.runCount?.complete
        ) {
          // Its row tells the count; the rows below are read from memory when it is drawn again.
          queueMicrotask(() => this.fire([node]));
        }
        void this.addLiveCurves(forest);
        return rows.length > 0 ? rows : [emptyNote(node, this.options.viewState.filter)];
      }
      case 'run': {
        const children = await this.forestOfRun(node)?.childrenOf(node, options);
        return [
          ...(children ?? []),
          ...(await details.groups(node.run.info.runId, node.id, node, options)),
        ];
      }
      case 'group': {
        const rows = await details.groupChildren(node, options);
        void details.addCurves(rows).then(
          fields => this.fire(fields),
          // The values stand without curves; why the server is gone shows in the status bar.
          () => undefined,
        );
        return rows;
      }
      case 'artifact':
        return node.file.isDir ? details.artifacts(node, node.file.path, options) : [];
      case 'filter':
      case 'more':
      case 'field':
      case 'note':
      case 'action':
        return [];
    }
  }

  findRun(runId: RunId): RunNode | undefined {
    for (const forest of this.forests.values()) {
      const node = forest.find(runId);
      if (node) {
        return node;
      }
    }
    return undefined;
  }

  findExperiment(experimentId: ExperimentId): ExperimentNode | undefined {
    return this.experiments.get(experimentId);
  }

  /** Runs that have a row and are going on. */
  get runningRuns(): readonly RunNode[] {
    return [...this.forests.values()].flatMap(forest =>
      forest.shownRuns.filter(node => node.run.info.status === 'RUNNING'),
    );
  }

  async loadMore(more: MoreNode, options?: CallOptions): Promise<void> {
    const forest =
      more.parent.kind === 'experiment'
        ? this.forestOf(more.parent)
        : this.forestOfRun(more.parent);
    await forest?.loadMore(more, options);
    this.fire([more.parent]);
  }

  /** Forgets everything: another store, another query. */
  reset(): void {
    this.generation++;
    this.forests.clear();
    this.experiments.clear();
    this.options.details.forget(undefined);
    this.changed.fire(undefined);
  }

  /** Looks again which runs go on, and redraws their rows, whose text depends on the clock. */
  tick(): void {
    this.signs.look(this.runningRuns, true);
    this.fire(this.runningRuns);
  }

  /** Brings what is loaded up to date, one batch after the other, and fires what differs. */
  apply(changes: readonly StoreChange[], options?: CallOptions): Promise<void> {
    const work = this.refreshing.then(() => this.applyNow(changes, options));
    this.refreshing = work.catch(() => undefined);
    return work;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async applyNow(
    changes: readonly StoreChange[],
    options: CallOptions | undefined,
  ): Promise<void> {
    const { generation } = this;
    const plan = refreshPlan(changes, [...this.forests.keys()]);
    this.options.details.forget(plan.everyRun ? undefined : plan.runIds);
    const redraw = new Set<TreeNode>();
    let whole = plan.experiments;
    for (const [experimentId, runIds] of plan.byExperiment) {
      const forest = this.forests.get(experimentId);
      if (!forest) {
        // The first run of all, or of an experiment that has no row yet.
        whole ||= !this.experiments.has(experimentId) || this.experiments.size <= 1;
        continue;
      }
      for (const node of await forest.refresh(runIds, options)) {
        redraw.add(node);
      }
      void this.addLiveCurves(forest);
    }
    if (generation !== this.generation) {
      return;
    }
    if (whole) {
      this.changed.fire(undefined);
    } else {
      this.fire([...redraw]);
    }
  }

  private fire(nodes: readonly TreeNode[]): void {
    if (nodes.length > 0) {
      this.changed.fire(nodes);
    }
  }

  private async readExperiments(options?: CallOptions): Promise<readonly Experiment[]> {
    const { getClient, viewState } = this.options;
    const client = await getClient(options);
    const page = await client.searchExperiments(
      {
        maxResults: MAX_EXPERIMENTS,
        viewType: viewState.showDeleted ? 'ALL' : 'ACTIVE_ONLY',
      },
      options,
    );
    const present = new Set(page.items.map(experiment => experiment.experimentId));
    for (const experimentId of [...this.experiments.keys()]) {
      if (!present.has(experimentId)) {
        this.experiments.delete(experimentId);
        this.forests.delete(experimentId);
      }
    }
    return page.items;
  }

  /** MLflow makes the experiment `Default` with the store: alone and empty it is not worth a row. */
  private async nothingRecorded(
    experiments: readonly Experiment[],
    options?: CallOptions,
  ): Promise<boolean> {
    const [only] = experiments;
    if (experiments.length > 1 || (only && only.experimentId !== DEFAULT_EXPERIMENT)) {
      return false;
    }
    if (!only) {
      return true;
    }
    const client = await this.options.getClient(options);
    const page = await client.searchRuns(
      {
        experimentIds: [only.experimentId],
        viewType: 'ALL',
        maxResults: 1,
        projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
      },
      options,
    );
    return page.items.length === 0;
  }

  private experimentNode(experiment: Experiment): ExperimentNode {
    const { experimentId } = experiment;
    const known = this.experiments.get(experimentId);
    if (known) {
      known.experiment = experiment;
      return known;
    }
    const node: ExperimentNode = {
      kind: 'experiment',
      id: experimentNodeId(experimentId),
      experiment,
    };
    this.experiments.set(experimentId, node);
    return node;
  }

  private forestOf(node: ExperimentNode): RunForest {
    const { experimentId } = node.experiment;
    let forest = this.forests.get(experimentId);
    if (!forest) {
      const { getClient, viewState, pageSize, wantedMetric } = this.options;
      forest = new RunForest({
        node,
        search: async (request, options) => {
          const client = await getClient(options);
          return client.searchRuns(request, options);
        },
        signs: this.signs,
        viewState,
        pageSize: pageSize(),
        wantedMetric: wantedMetric(),
      });
      this.forests.set(experimentId, forest);
    }
    return forest;
  }

  private forestOfRun(node: RunNode): RunForest | undefined {
    return this.forests.get(node.run.info.experimentId);
  }

  private async addLiveCurves(forest: RunForest): Promise<void> {
    this.fire(await updateLiveCurves(forest.shownRuns, this.options.getClient));
  }
}

function emptyNote(node: ExperimentNode, filter: string): TreeNode {
  return {
    kind: 'note',
    id: `${node.id}/none`,
    parent: node,
    note: filter === '' ? 'noRuns' : 'noMatch',
  };
}

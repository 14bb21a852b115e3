import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import type { StoreChange, StoreStatus } from '../../tracking/trackingStore';
import { CONTEXTS, VIEWS, type ContextId } from '../contributions';
import { experimentNodeId } from '../model/experimentOpener';
import { parentOf, type TreeNode } from '../model/nodes';
import { isPassing } from '../store/storeFailure';
import { ExperimentsTreeProvider } from './experimentsTreeProvider';

/** ms over which changes are gathered: a fast training loop logs far more often than a row can be read. */
const GATHER_MS = 250;
/** ms until changes that could not be read are looked at again. */
const LATER_MS = 3000;
/** ms between redraws of durations. */
const TICK_MS = 5000;

/** The Experiments view: the tree, what it follows, and the context keys that its menus and welcome texts read. */
export class ExperimentsView implements Disposable {
  private readonly disposables = new DisposableStore();
  readonly provider: ExperimentsTreeProvider;
  readonly view: vscode.TreeView<TreeNode>;
  private waiting: StoreChange[] = [];
  private timer: NodeJS.Timeout | undefined;
  private later: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    const { model, viewState, hoverCards, logger, connection, settings } = services;
    this.provider = this.disposables.add(
      new ExperimentsTreeProvider(
        model,
        viewState,
        hoverCards,
        logger,
        () => this.causeToTell() !== undefined,
        () => this.services.connection.state.kind === 'open',
      ),
    );
    this.view = this.disposables.add(
      vscode.window.createTreeView<TreeNode>(VIEWS.experiments, {
        treeDataProvider: this.provider,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    const add = (item: Disposable): unknown => this.disposables.add(item);
    add(this.view.onDidExpandElement(({ element }) => viewState.setExpanded(element.id, true)));
    add(this.view.onDidCollapseElement(({ element }) => viewState.setExpanded(element.id, false)));
    add(this.view.onDidChangeVisibility(() => this.applyWhenVisible()));
    add(this.provider.onDidReadRoots(empty => setContext(CONTEXTS.empty, empty)));
    add(
      viewState.onDidChange(() => {
        this.showQuery();
        model.reset();
      }),
    );
    add(
      connection.onDidChangeState(() => {
        this.showState();
        const { kind } = connection.state;
        // While it starts and when it is open, what was asked for is on its way.
        if (kind !== 'starting' && kind !== 'open') {
          model.reset();
        }
      }),
    );
    add(
      connection.onDidChangeStore(changes => {
        this.waiting.push(...changes);
        this.applyWhenVisible();
      }),
    );
    add(
      settings.onDidChange(ids => {
        if (ids.has('tracker.mainMetric') || ids.has('tracker.runs.pageSize')) {
          model.reset();
        }
      }),
    );
    // Curves are pictures in the colours of the theme.
    add(vscode.window.onDidChangeActiveColorTheme(() => this.provider.redraw()));
    const tick = setInterval(() => {
      if (this.view.visible) {
        model.tick();
      }
    }, TICK_MS);
    add({ dispose: () => clearInterval(tick) });
    add({ dispose: () => clearTimeout(this.timer) });
    this.showQuery();
    this.showState();
  }

  /** Selected rows, or the focused one. */
  get selection(): readonly TreeNode[] {
    return this.view.selection;
  }

  dispose(): void {
    clearTimeout(this.later);
    this.disposables.dispose();
  }

  /** Nothing is asked of the store for a view that nobody sees. */
  private applyWhenVisible(): void {
    if (this.view.visible && this.waiting.length > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        const changes = this.waiting;
        this.waiting = [];
        this.apply(changes).catch((error: unknown) => {
          this.services.logger.warn(`The view could not be brought up to date: ${String(error)}`);
          if (isPassing(error)) {
            // The rows stay as they are meanwhile.
            this.later ??= setTimeout(() => {
              this.later = undefined;
              this.waiting.push({ kind: 'everything' });
              this.applyWhenVisible();
            }, LATER_MS);
          }
        });
      }, GATHER_MS);
    }
  }

  private async apply(changes: readonly StoreChange[]): Promise<void> {
    const { model, opener, viewState } = this.services;
    const started = await opener.startedIn(changes);
    for (const experimentId of started) {
      if (!model.findExperiment(experimentId)) {
        // Its row comes with these changes, and is made open.
        viewState.setExpanded(experimentNodeId(experimentId), true);
      }
    }
    await model.apply(changes);
    for (const experimentId of started) {
      const node = model.findExperiment(experimentId);
      if (node && !viewState.isExpanded(node.id)) {
        await this.open(node);
      }
    }
  }

  /** Opens a row and leaves focus and selection as they are; what is selected stays in sight. */
  private async open(node: TreeNode): Promise<void> {
    if (!this.view.visible) {
      // Revealing would bring the view to the front.
      return;
    }
    const quietly = { select: false, focus: false };
    await this.view.reveal(node, { ...quietly, expand: true });
    const [selected] = this.view.selection;
    if (selected && this.isInSight(selected)) {
      await this.view.reveal(selected, quietly);
    }
  }

  private isInSight(node: TreeNode): boolean {
    const parent = parentOf(node);
    return !parent || (this.services.viewState.isExpanded(parent.id) && this.isInSight(parent));
  }

  private showQuery(): void {
    const { viewState } = this.services;
    setContext(CONTEXTS.filtered, viewState.filter !== '');
    setContext(CONTEXTS.showDeleted, viewState.showDeleted);
  }

  /** A cause that no welcome text of the manifest can know. */
  private causeToTell(): string | undefined {
    const { state } = this.services.connection;
    const isKnown =
      state.kind !== 'failed' ||
      (state.failure.kind !== 'unreadable' && state.failure.kind !== 'server');
    return isKnown ? undefined : state.failure.message;
  }

  private showState(): void {
    const { state } = this.services.connection;
    this.view.message =
      this.causeToTell() ?? (state.kind === 'open' ? problemText(state.status) : '');
    setContext(
      CONTEXTS.storeState,
      state.kind === 'failed' ? `failed:${state.failure.kind}` : state.kind,
    );
    setContext(CONTEXTS.hasWebUi, state.kind === 'open' && state.status.webUrl !== undefined);
    if (state.kind !== 'open') {
      setContext(CONTEXTS.empty, false);
    }
  }
}

/** What is left out of the view, and why; the first of it when there is more. */
function problemText({ problems }: StoreStatus): string {
  const [first, ...others] = problems.filter(problem => problem.harmless !== true);
  if (first === undefined) {
    return '';
  }
  const text = `${first.where}: ${first.message}`;
  return others.length === 0
    ? text
    : vscode.l10n.t('{0} (and {1} more, listed by the status bar)', text, others.length);
}

function setContext(id: ContextId, value: unknown): void {
  void vscode.commands.executeCommand('setContext', id, value);
}

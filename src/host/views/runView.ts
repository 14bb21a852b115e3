import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import type { RunId } from '../../tracking/entities';
import { VIEWS } from '../contributions';
import { parentOf, runIdOf, type TreeNode } from '../model/nodes';
import { isCancellation, messageOf } from '../notifier';
import { statusText } from './statusIcon';
import { treeItemOf } from './treeItems';

/** ms that a selection must stand before its run is read, so that walking with the arrow keys stays light. */
const SETTLE_MS = 120;
/** Looks at a selection that VS Code cannot tell yet, `SETTLE_MS` apart: enough for the slowest store to draw the tree. */
const MAX_LOOKS = 50;
const OPEN_AT_FIRST = new Set(['selected/metrics', 'selected/params']);

/** The second view: everything about the run that is selected in the Experiments view. */
export class RunView implements vscode.TreeDataProvider<TreeNode>, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(
    new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>(),
  );
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<TreeNode>;
  private runId: RunId | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly services: Services,
    experiments: vscode.TreeView<TreeNode>,
  ) {
    this.view = this.disposables.add(
      vscode.window.createTreeView<TreeNode>(VIEWS.run, {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.disposables.add(
      experiments.onDidChangeSelection(() => this.followSoon(experiments, MAX_LOOKS)),
    );
    this.disposables.add({ dispose: () => clearTimeout(this.timer) });
    this.disposables.add(
      services.connection.onDidChangeStore(changes => {
        const concerned = changes.some(
          change =>
            change.kind === 'everything' ||
            (change.kind === 'runs' && (change.runId === undefined || change.runId === this.runId)),
        );
        if (concerned) {
          this.refresh();
        }
      }),
    );
    this.disposables.add(
      // Curves of this view's own rows; rows of the other view are unknown here and ignored.
      services.model.onDidChange(nodes => {
        if (nodes) {
          this.changed.fire([...nodes]);
        }
      }),
    );
  }

  async getChildren(element?: TreeNode): Promise<TreeNode[]> {
    const { details, model } = this.services;
    const { runId } = this;
    if (runId === undefined) {
      return [];
    }
    try {
      if (element) {
        return [...(await model.childrenOf(element))];
      }
      const groups = await details.groups(runId, 'selected', undefined);
      await this.showTitle(runId);
      return [...groups];
    } catch (error) {
      if (isCancellation(error)) {
        return [];
      }
      return [
        {
          kind: 'note',
          id: `${element?.id ?? 'selected'}/failed`,
          parent: element,
          note: 'failed',
          message: messageOf(error),
        },
      ];
    }
  }

  getTreeItem(element: TreeNode): vscode.TreeItem {
    const { viewState } = this.services;
    return treeItemOf(element, {
      isExpanded: id => OPEN_AT_FIRST.has(id) || viewState.isExpanded(id),
      now: Date.now(),
    });
  }

  getParent(element: TreeNode): TreeNode | undefined {
    return parentOf(element);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** @param looks how often to look: while the tree is drawn anew, VS Code knows the selected rows by their ids only */
  private followSoon(experiments: vscode.TreeView<TreeNode>, looks: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const selected = experiments.selection.at(-1);
      if (selected !== undefined) {
        this.follow(runIdOf(selected));
      } else if (looks > 1) {
        this.followSoon(experiments, looks - 1);
      }
    }, SETTLE_MS);
  }

  private follow(runId: RunId | undefined): void {
    if (runId !== undefined && runId !== this.runId) {
      this.runId = runId;
      this.refresh();
    }
  }

  private refresh(): void {
    this.services.details.forget(this.runId === undefined ? [] : [this.runId]);
    this.changed.fire(undefined);
  }

  private async showTitle(runId: RunId): Promise<void> {
    const { info } = await this.services.details.get(runId);
    this.view.description = `${info.runName || info.runId} · ${statusText(info.status)}`;
  }
}

import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { signalOf } from '../abort';
import type { HoverCards } from '../hover/hoverCards';
import type { ExperimentsModel } from '../model/experimentsModel';
import { parentOf, type TreeNode } from '../model/nodes';
import type { ViewState } from '../model/viewState';
import { isCancellation, messageOf } from '../notifier';
import { treeItemOf } from './treeItems';

/** ms until a store that could not answer is asked again. */
const ASK_AGAIN_MS = 3000;

/** The model as a tree of VS Code. What cannot be read shows its reason in its own place. */
export class ExperimentsTreeProvider implements vscode.TreeDataProvider<TreeNode>, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(
    new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>(),
  );
  private readonly emptied = this.disposables.add(new vscode.EventEmitter<boolean>());
  readonly onDidChangeTreeData = this.changed.event;
  private askAgain: NodeJS.Timeout | undefined;
  /** Whether the open store has nothing to show; fires after each reading of the first rows. */
  readonly onDidReadRoots = this.emptied.event;

  constructor(
    private readonly model: ExperimentsModel,
    private readonly viewState: ViewState,
    private readonly hoverCards: HoverCards,
    private readonly logger: Logger,
    private readonly hasMessage: () => boolean,
    private readonly isOpen: () => boolean,
  ) {
    this.disposables.add(
      model.onDidChange(nodes => this.changed.fire(nodes === undefined ? undefined : [...nodes])),
    );
  }

  async getChildren(element?: TreeNode): Promise<TreeNode[]> {
    try {
      if (element) {
        return [...(await this.model.childrenOf(element))];
      }
      const roots = await this.model.roots();
      this.emptied.fire(roots.length === 0);
      return [...roots];
    } catch (error) {
      if (isCancellation(error)) {
        return [];
      }
      this.logger.warn(`Cannot list ${element?.id ?? 'experiments'}: ${messageOf(error)}`);
      if (!element && this.isOpen()) {
        // The store is there and cannot answer now: its disk is full, its database restarts. It is asked again without a word.
        this.askAgain ??= setTimeout(() => {
          this.askAgain = undefined;
          this.redraw();
        }, ASK_AGAIN_MS);
        return [failedNote(undefined, messageOf(error))];
      }
      return element ? [failedNote(element, messageOf(error))] : this.withoutStore();
    }
  }

  getTreeItem(element: TreeNode): vscode.TreeItem {
    return treeItemOf(element, {
      isExpanded: id => this.viewState.isExpanded(id),
      now: Date.now(),
    });
  }

  getParent(element: TreeNode): TreeNode | undefined {
    return parentOf(element);
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    element: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (element.kind === 'run') {
      item.tooltip = await this.hoverCards.cardOf(element.run.info.runId, signalOf(token));
    }
    return item;
  }

  /** Draws every row again from memory; cards that were resolved are made anew. */
  redraw(): void {
    this.changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.askAgain);
    this.disposables.dispose();
  }

  /** Where the view tells the cause above the rows, the next steps are rows; elsewhere the welcome text has them. */
  private withoutStore(): TreeNode[] {
    return this.hasMessage()
      ? (['showLog', 'setUri', 'retry'] as const).map(action => ({
          kind: 'action',
          id: `action/${action}`,
          action,
        }))
      : [];
  }
}

function failedNote(parent: TreeNode | undefined, message: string): TreeNode {
  return { kind: 'note', id: `${parent?.id ?? 'root'}/failed`, parent, note: 'failed', message };
}

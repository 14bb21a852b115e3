import type { Kernel } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';

export interface PreparedKernelOptions {
  /** Run once in each process of the kernel. */
  readonly code: string;
  /** The kernel gets a new process. */
  readonly willRestart: () => void;
  /** The person does not let this extension use Jupyter's kernels. */
  readonly refused: () => void;
  readonly logger: Logger;
}

const MOST_FAILURES = 3;
/** Far more than Jupyter takes from a kernel that is ready to the first cell that is sent to it (about 30). */
const MOST_TURNS = 1_000;
/** `name` of the error by which Jupyter tells a refusal: promised in its source never to change. */
const REFUSED = 'vscode.jupyter.apiAccessRevoked';

/** A kernel in which code is run as soon as it can be, also after a restart. */
export class PreparedKernel implements Disposable {
  private isFresh = true;
  private isRunning = false;
  private failures = 0;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly kernel: Kernel,
    private readonly options: PreparedKernelOptions,
  ) {
    this.subscription = kernel.onDidChangeStatus(status => void this.follow(status));
    // While the kernel starts, Jupyter refuses, but not before it has looked up, or asked, whether it may be used: that takes
    // too long for `follow`.
    void this.run();
  }

  dispose(): void {
    this.isFresh = false;
    this.subscription.dispose();
  }

  private async follow(status: Kernel['status']): Promise<void> {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.isFresh = true;
      this.failures = 0;
      this.options.willRestart();
    }
    // When a kernel has started, Jupyter sends all cells that wait for it before any event can be handled, and takes them in
    // order: who comes after them has missed their runs. Only microtasks come between.
    for (let turn = 0; this.kernel.status === 'starting' && turn < MOST_TURNS; turn += 1) {
      await Promise.resolve();
    }
    if (this.isReady) {
      await this.run();
    }
  }

  private get isReady(): boolean {
    return this.kernel.status === 'idle' || this.kernel.status === 'busy';
  }

  private async run(): Promise<void> {
    if (!this.isFresh || this.isRunning || this.failures >= MOST_FAILURES) {
      return;
    }
    this.isRunning = true;
    try {
      // Never cancelled: Jupyter would interrupt the cell that runs.
      const { token } = new vscode.CancellationTokenSource();
      const outputs = this.kernel.executeCode(this.options.code, token)[Symbol.asyncIterator]();
      while ((await outputs.next()).done !== true);
      this.isFresh = false;
    } catch (error) {
      this.failed(error);
    } finally {
      this.isRunning = false;
    }
  }

  private failed(error: unknown): void {
    if (error instanceof Error && error.name === REFUSED) {
      this.isFresh = false;
      this.options.refused();
      return;
    }
    if (this.isReady) {
      this.failures += 1;
      this.options.logger.warn(`A notebook's kernel was not prepared: ${String(error)}`);
    }
  }
}

import path from 'node:path';
import type { Kernel, KernelStatus } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';
import { packagesOf, RealKernel, type KernelMessage } from '../../launch/realKernel';

/** Turns of the event loop's microtasks that Jupyter takes from a kernel that is ready to its first cell, at least. */
const TURNS = 20;

type Output = Kernel['executeCode'] extends (...args: never[]) => AsyncIterable<infer T>
  ? T
  : never;

/**
 * A notebook's kernel as the Jupyter extension shows it: cells and other extensions' code wait in one queue, in order. Other
 * extensions see the kernel while it starts and cannot use it before it has; the cells that wait for it are queued in the
 * same moment.
 */
export class NotebookKernel {
  private readonly changed = new vscode.EventEmitter<KernelStatus>();
  private status: KernelStatus = 'starting';
  private queue: Promise<unknown>;
  private readonly started: Promise<unknown>;
  private readonly process: RealKernel;

  constructor(
    notebook: string,
    private readonly access: { readonly allowed: boolean; asked: number },
  ) {
    const project = process.env['TRACKER_PROJECT'] ?? '';
    this.process = new RealKernel({
      project,
      cwd: path.dirname(notebook),
      env: {
        ...process.env,
        PYTHONPATH: packagesOf(path.join(project, 'examples/.venv')),
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
    });
    this.started = this.start();
    this.queue = this.started;
  }

  readonly api: Kernel = this.createApi();

  /** Runs cells that were queued at once, up to one that fails. */
  async execute(executions: readonly vscode.NotebookCellExecution[]): Promise<void> {
    await this.started;
    await Promise.all(executions.map(execution => this.enqueue(() => this.executeCell(execution))));
  }

  async restart(): Promise<void> {
    this.tell('restarting');
    await this.process.restart();
    this.tell('idle');
  }

  async dispose(): Promise<void> {
    this.tell('dead');
    await this.process[Symbol.asyncDispose]();
  }

  private async start(): Promise<void> {
    await this.process.ready;
    // Jupyter's own code runs first; the status that is told of it is still the one of before.
    this.changed.fire(this.status);
    await turns();
    this.status = 'idle';
    await turns();
  }

  private createApi(): Kernel {
    const kernelStatus = (): KernelStatus => this.status;
    return {
      language: 'python',
      get status() {
        return kernelStatus();
      },
      onDidChangeStatus: this.changed.event,
      executeCode: code => this.executeCode(code),
    };
  }

  private async *executeCode(code: string): AsyncGenerator<Output> {
    this.access.asked += 1;
    await Promise.resolve();
    if (!this.access.allowed) {
      const error = new Error('Access to Jupyter Kernel has been revoked');
      error.name = 'vscode.jupyter.apiAccessRevoked';
      throw error;
    }
    if (this.status === 'starting') {
      throw new Error('Kernel connection not available to execute 3rd party code');
    }
    const outputs: Output[] = [];
    await this.enqueue(() =>
      this.process.run(code, {
        history: false,
        tell: message => outputs.push(outputOf(message)),
      }),
    );
    yield* outputs;
  }

  private async executeCell(execution: vscode.NotebookCellExecution): Promise<void> {
    execution.start(Date.now());
    await execution.clearOutput();
    let failed = false;
    const { count } = await this.process.run(execution.cell.document.getText(), {
      tell: message => {
        failed ||= message.kind === 'error';
        void execution.appendOutput(outputOf(message));
      },
    });
    execution.executionOrder = count;
    execution.end(!failed, Date.now());
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(async () => {
      this.tell('busy');
      try {
        return await work();
      } finally {
        this.tell('idle');
      }
    });
    this.queue = done.catch(() => {});
    return done;
  }

  private tell(status: KernelStatus): void {
    this.status = status;
    this.changed.fire(status);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await Promise.resolve();
  }
}

function outputOf({ kind, content }: KernelMessage): vscode.NotebookCellOutput {
  const { NotebookCellOutput, NotebookCellOutputItem } = vscode;
  if (kind === 'error') {
    const error = { name: content?.ename ?? '', message: content?.evalue ?? '' };
    return new NotebookCellOutput([NotebookCellOutputItem.error(error)]);
  }
  const text = content?.text ?? content?.data?.['text/plain'] ?? '';
  return new NotebookCellOutput([
    content?.name === 'stderr'
      ? NotebookCellOutputItem.stderr(text)
      : NotebookCellOutputItem.stdout(text),
  ]);
}

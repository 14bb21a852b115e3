import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Jupyter, Kernel } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import { SETTINGS } from '../contributions';
import { storeVariables } from '../run/storeVariables';
import { KernelDesk } from './kernelDesk';
import { NotebookContext } from './notebookContext';
import { preparationCode } from './preparationCode';
import { PreparedKernel } from './preparedKernel';

const JUPYTER = 'ms-toolsai.jupyter';
const NOTEBOOK_TYPE = 'jupyter-notebook';
/** A cell that was started tells before Jupyter shows the kernel that is started for it. */
const LOOKS = 20;
const LOOK_EVERY_MS = 100;

/**
 * Lets the runs of an open notebook's cells know their notebook, its git state and the store of the window, through the
 * Jupyter extension; without that, nothing. Jupyter tells nobody when a kernel starts: a cell that runs does.
 */
export class NotebookKernels implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly desk: KernelDesk;
  private readonly contexts = new WeakMap<Kernel, NotebookContext>();
  private readonly prepared = new Map<
    vscode.NotebookDocument,
    { readonly kernel: Kernel; readonly disposables: DisposableStore }
  >();
  private readonly sought = new Set<vscode.NotebookDocument>();
  private wasAsked = false;
  private isOff = false;

  constructor(private readonly services: Services) {
    const { workspace } = vscode;
    this.desk = this.disposables.add(new KernelDesk(services.logger));
    this.disposables.add(
      workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
        if (cellChanges.some(({ executionSummary }) => executionSummary !== undefined)) {
          this.seekSoon(notebook, LOOKS);
        }
      }),
    );
    this.disposables.add(workspace.onDidCloseNotebookDocument(notebook => this.forget(notebook)));
    this.disposables.add(
      services.settings.onDidChange(ids => {
        if (ids.has(SETTINGS.notebookRecordSource)) {
          this.isOff = false;
          this.startOver();
        }
      }),
    );
    this.startOver();
  }

  dispose(): void {
    this.isOff = true;
    this.startOver();
    this.disposables.dispose();
  }

  /** Finds kernels that were there before this extension, or before it was allowed to use them. */
  private startOver(): void {
    if (!this.isWanted) {
      [...this.prepared.keys()].forEach(notebook => this.forget(notebook));
      return;
    }
    vscode.workspace.notebookDocuments.forEach(notebook => this.seekSoon(notebook, 1));
  }

  private get isWanted(): boolean {
    return (
      !this.isOff &&
      vscode.workspace.isTrusted &&
      this.services.settings.notebookRecordSource !== 'never'
    );
  }

  private forget(notebook: vscode.NotebookDocument): void {
    this.prepared.get(notebook)?.disposables.dispose();
    this.prepared.delete(notebook);
  }

  private seekSoon(notebook: vscode.NotebookDocument, looks: number): void {
    this.seek(notebook, looks).catch((error: unknown) =>
      this.services.logger.warn(`The kernel of a notebook was not prepared: ${String(error)}`),
    );
  }

  private async seek(notebook: vscode.NotebookDocument, looks: number): Promise<void> {
    if (notebook.notebookType !== NOTEBOOK_TYPE || this.sought.has(notebook)) {
      return;
    }
    this.sought.add(notebook);
    try {
      for (let look = 1; this.isWanted && !notebook.isClosed; look += 1) {
        const kernel = await kernelOf(notebook);
        if (kernel !== undefined) {
          await this.meet(notebook, kernel);
          return;
        }
        if (look >= looks) {
          return;
        }
        await pause(LOOK_EVERY_MS);
      }
    } finally {
      this.sought.delete(notebook);
    }
  }

  private async meet(notebook: vscode.NotebookDocument, kernel: Kernel): Promise<void> {
    if (
      this.prepared.get(notebook)?.kernel === kernel ||
      kernel.language.toLowerCase() !== 'python'
    ) {
      return;
    }
    if (this.services.settings.notebookRecordSource === 'always') {
      await this.prepare(notebook, kernel);
    } else if (!this.wasAsked && usesMlflow(notebook)) {
      this.wasAsked = true;
      this.contextOf(notebook, kernel);
      void this.services.notifier.guard(() => this.ask(notebook));
    }
  }

  /** Jupyter's own question, which is in the way of everything, does not say what it is for. */
  private async ask(notebook: vscode.NotebookDocument): Promise<void> {
    const { notifier, settings } = this.services;
    await notifier.info(
      vscode.l10n.t(
        'Record the name and the git state of {0} with the MLflow runs of its cells? Jupyter will ask whether MLflow Tracker may use its kernels.',
        path.basename(notebook.uri.path),
      ),
      { title: vscode.l10n.t('Record'), run: () => settings.setNotebookRecordSource('always') },
      { title: vscode.l10n.t('Never'), run: () => settings.setNotebookRecordSource('never') },
    );
  }

  private async prepare(notebook: vscode.NotebookDocument, kernel: Kernel): Promise<void> {
    this.forget(notebook);
    const disposables = new DisposableStore();
    this.prepared.set(notebook, { kernel, disposables });
    const context = this.contextOf(notebook, kernel);
    const place = disposables.add(await this.desk.open(context.answer));
    const { logger, extensionUri } = this.services;
    const code = preparationCode({
      packageFolder: vscode.Uri.joinPath(extensionUri, 'dist', 'python', 'kernel').fsPath,
      notebook: fileOf(notebook) ?? '',
      place,
    });
    disposables.add(
      new PreparedKernel(kernel, {
        code,
        willRestart: () => context.begin(),
        refused: () => this.refuse(),
        logger,
      }),
    );
  }

  /** From when the kernel was first seen: its cells may run while a question is open. */
  private contextOf(notebook: vscode.NotebookDocument, kernel: Kernel): NotebookContext {
    const context =
      this.contexts.get(kernel) ??
      new NotebookContext({
        file: fileOf(notebook),
        variables: () => storeVariables(this.services),
        env: process.env,
        logger: this.services.logger,
      });
    this.contexts.set(kernel, context);
    return context;
  }

  /** Jupyter remembers a No, but not a question that was closed. */
  private refuse(): void {
    const { logger, settings } = this.services;
    logger.info(
      `Jupyter does not let MLflow Tracker use its kernels: ${SETTINGS.notebookRecordSource} becomes never.`,
    );
    const off = (): void => {
      this.isOff = true;
      this.startOver();
    };
    off();
    // A folder's setting may go on saying yes: not in this window.
    settings
      .setNotebookRecordSource('never')
      .catch((error: unknown) => logger.warn(`The setting was not written: ${String(error)}`))
      .finally(off);
  }
}

/** The kernel that runs the cells of a notebook, if it is one of Jupyter's. */
async function kernelOf(notebook: vscode.NotebookDocument): Promise<Kernel | undefined> {
  const jupyter = vscode.extensions.getExtension<Jupyter>(JUPYTER);
  return jupyter?.isActive ? await jupyter.exports.kernels.getKernel(notebook.uri) : undefined;
}

function fileOf({ uri }: vscode.NotebookDocument): string | undefined {
  return uri.scheme === 'file' ? uri.fsPath : undefined;
}

function usesMlflow(notebook: vscode.NotebookDocument): boolean {
  return notebook
    .getCells()
    .some(
      ({ kind, document }) =>
        kind === vscode.NotebookCellKind.Code && /\bmlflow\b/.test(document.getText()),
    );
}

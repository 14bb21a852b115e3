import type { Jupyter } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';
import { NotebookKernel } from './notebookKernel';
import { STAND_IN_COMMANDS } from './standInCommands';

/**
 * Stands in for the Jupyter extension, which comes from the marketplace only: its id, its API by its own types, and a real
 * kernel behind it. What of Jupyter's order of things counts is done alike, as its version 2026.6.1 was seen to do it; see
 * `NotebookKernel`.
 */
export function activate(context: vscode.ExtensionContext): Jupyter {
  const kernels = new Map<string, NotebookKernel>();
  const access = { allowed: true, asked: 0 };
  const controller = vscode.notebooks.createNotebookController(
    'real-kernel',
    'jupyter-notebook',
    'Real kernel',
  );
  controller.supportedLanguages = ['python'];
  controller.supportsExecutionOrder = true;
  const kernelOf = ({ uri }: Pick<vscode.NotebookDocument, 'uri'>): NotebookKernel => {
    const kernel = kernels.get(uri.toString()) ?? new NotebookKernel(uri.fsPath, access);
    kernels.set(uri.toString(), kernel);
    return kernel;
  };
  controller.executeHandler = async (cells, notebook) => {
    await kernelOf(notebook).execute(
      cells.map(cell => controller.createNotebookCellExecution(cell)),
    );
  };
  const prefer = (notebook: vscode.NotebookDocument): void =>
    controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  vscode.workspace.notebookDocuments.forEach(prefer);
  const { registerCommand } = vscode.commands;
  context.subscriptions.push(
    controller,
    vscode.workspace.onDidOpenNotebookDocument(prefer),
    vscode.workspace.onDidCloseNotebookDocument(({ uri }) => {
      void kernels.get(uri.toString())?.dispose();
      kernels.delete(uri.toString());
    }),
    registerCommand(STAND_IN_COMMANDS.allow, (allowed: boolean) => (access.allowed = allowed)),
    registerCommand(STAND_IN_COMMANDS.start, (uri: vscode.Uri) => kernelOf({ uri }).execute([])),
    registerCommand(STAND_IN_COMMANDS.restart, (uri: vscode.Uri) =>
      kernels.get(uri.toString())?.restart(),
    ),
    registerCommand(STAND_IN_COMMANDS.asked, () => access.asked),
  );
  return {
    kernels: { getKernel: async uri => kernels.get(uri.toString())?.api },
    createJupyterServerCollection: () => {
      throw new Error('The stand-in has no servers.');
    },
  };
}

import * as vscode from 'vscode';

/** The git that VS Code's own Git extension was told to use, else the one on the PATH. */
export function gitExecutable(): string {
  const configured = vscode.workspace.getConfiguration('git').get<unknown>('path');
  return typeof configured === 'string' && configured !== '' ? configured : 'git';
}

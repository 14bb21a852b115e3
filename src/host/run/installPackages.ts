import * as vscode from 'vscode';
import { missingPackages } from '../../launch/environment/pythonPackages';
import { findExecutable } from '../../launch/process/findExecutable';

/** Installs packages into a Python's environment, in a terminal: the person sees what pip does and says. */
export async function installPackages(python: string, packages: readonly string[]): Promise<void> {
  const [shellPath, ...install] = await installerOf(python);
  const terminal = vscode.window.createTerminal({
    name: packages.join(', '),
    shellPath,
    shellArgs: [...install, ...packages],
  });
  terminal.show(true);
}

/** An environment that uv made has no pip of its own. */
async function installerOf(python: string): Promise<readonly [string, ...string[]]> {
  const missing = await missingPackages(python, ['pip'], '.', process.env);
  const uv = await findExecutable('uv', '.', process.env).catch(() => undefined);
  return missing?.length === 1 && uv !== undefined
    ? [uv, 'pip', 'install', '--python', python]
    : [python, '-m', 'pip', 'install'];
}

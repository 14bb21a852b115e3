import * as vscode from 'vscode';
import type { Services } from '../../services';
import { terminalVariables } from './terminalVariables';

/**
 * MLflow's variables for the store of the window, for what a person starts there without the wrapper: none while no store is
 * open, in a workspace that is not trusted, and where it is switched off.
 */
export async function storeVariables({
  settings,
  connection,
  credentials,
  scriptRuns,
}: Services): Promise<Readonly<Record<string, string>>> {
  const target = scriptRuns.target();
  const isWanted =
    settings.terminalInjectEnvironment &&
    vscode.workspace.isTrusted &&
    connection.state.kind === 'open';
  return isWanted && target !== undefined
    ? await terminalVariables(target, await credentials.get(target.trackingUri), process.env)
    : {};
}

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Workspace } from './workspace';

export interface SearchCommand {
  readonly uri: string;
  readonly experiment_ids: readonly string[];
  readonly filter: string;
  readonly order_by: readonly string[];
  readonly max_results: number;
}

export interface SearchAnswer {
  readonly ms: number;
  readonly ids: readonly string[];
}

/** MLflow in one warm Python process; only its own call is timed, not the start of Python. */
export function startPythonPeer(
  workspace: Workspace,
): (command: SearchCommand) => Promise<SearchAnswer> {
  const child = spawn(workspace.python, [path.join(workspace.project, 'bench', 'peer.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_ALLOW_FILE_STORE: 'true' },
  });
  const reader = createInterface({ input: child.stdout });
  const lines: AsyncIterator<string, undefined> = reader[Symbol.asyncIterator]();
  workspace.onClose(async () => {
    child.stdin.end();
    await new Promise(resolve => child.once('exit', resolve));
  });
  return async command => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const line = await lines.next();
    if (line.done === true) {
      throw new Error('The Python peer ended early; its error stands above.');
    }
    return JSON.parse(line.value) as SearchAnswer;
  };
}

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Workspace } from './workspace';

/**
 * Starts a Python program of bench/ that answers each line of JSON with one.
 * @param file below bench/
 * @returns what asks it; one question at a time
 */
export function startPython<Question, Answer>(
  workspace: Workspace,
  file: string,
): (question: Question) => Promise<Answer> {
  const child = spawn(workspace.python, [path.join(workspace.project, 'bench', file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_ALLOW_FILE_STORE: 'true' },
  });
  const reader = createInterface({ input: child.stdout });
  const lines: AsyncIterator<string, undefined> = reader[Symbol.asyncIterator]();
  workspace.onClose(async () => {
    child.stdin.end();
    await new Promise(resolve => child.once('exit', resolve));
  });
  return async question => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await lines.next();
    if (line.done === true) {
      throw new Error(`bench/${file} ended early; its error stands above.`);
    }
    return JSON.parse(line.value) as Answer;
  };
}

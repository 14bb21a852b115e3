import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Workbench } from '../../test/vscode/ui/workbench';

/**
 * Driven by `scripts/vscode.mjs` on a folder whose `mlflow.db` has one run of 1,000,000 points. Prints a line of JSON:
 * `activationMs`, as the extension logs it, and `drawnMs`, from the click on the run to the chart that names its points.
 */
export async function run(workbench: Workbench): Promise<void> {
  await workbench.openView('Experiments');
  await workbench.expandRow('bench');
  const row = workbench.row('run-0');
  await row.waitFor();
  const start = performance.now();
  await row.click();
  const panel = await workbench.webview('canvas.lines');
  await panel.getByText('1M points').waitFor();
  const drawnMs = performance.now() - start;
  const activationMs = await loggedActivation(workbench.logs);
  process.stdout.write(`${JSON.stringify({ activationMs, drawnMs })}\n`);
}

async function loggedActivation(logs: string): Promise<number> {
  for (const name of await readdir(logs, { recursive: true })) {
    if (name.endsWith('MLflow Tracker.log')) {
      const text = await readFile(path.join(logs, name), 'utf8');
      const ms = /Activated in ([\d.]+) ms/.exec(text)?.[1];
      if (ms !== undefined) {
        return Number(ms);
      }
    }
  }
  throw new Error(`The extension's log below ${logs} does not say how long its activation took.`);
}

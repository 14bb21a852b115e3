import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExtensionInternals } from '../../../../src/extension';
import type { RunNode, TreeNode } from '../../../../src/host/model/nodes';

/** Longest time that a person would wait, ms. */
const PATIENCE_MS = 20_000;

/** The extension under test, activated. */
export async function activated(): Promise<ExtensionInternals> {
  const extension = vscode.extensions.getExtension<ExtensionInternals>(
    'mlflow-tracker.mlflow-tracker',
  );
  assert.ok(extension);
  return extension.activate();
}

/** Waits until `check` gives something; fails with `what` after the patience of a person. */
export async function eventually<T>(
  what: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) {
      return value;
    }
    assert.ok(Date.now() < deadline, `never came: ${what}`);
    await sleep(50);
  }
}

/** The rows below `node` as the tree view gets them. */
export function rowsOf({ experiments }: ExtensionInternals, node?: TreeNode): Promise<TreeNode[]> {
  return experiments.provider.getChildren(node);
}

/** What a row shows: label and description. */
export function textOf({ experiments }: ExtensionInternals, node: TreeNode): string {
  const { label, description } = experiments.provider.getTreeItem(node);
  assert.ok(typeof label === 'string');
  return [label, description].filter(part => typeof part === 'string' && part !== '').join(' ');
}

export async function experimentRow(
  extension: ExtensionInternals,
  name: string,
): Promise<TreeNode & { kind: 'experiment' }> {
  return eventually(`the experiment ${name}`, async () =>
    (await rowsOf(extension)).find(
      node => node.kind === 'experiment' && node.experiment.name === name,
    ),
  ) as Promise<TreeNode & { kind: 'experiment' }>;
}

export async function runRows(
  extension: ExtensionInternals,
  parent: TreeNode,
): Promise<readonly RunNode[]> {
  return (await rowsOf(extension, parent)).filter(node => node.kind === 'run');
}

export function namesOf(runs: readonly RunNode[]): readonly string[] {
  return runs.map(node => node.run.info.runName);
}

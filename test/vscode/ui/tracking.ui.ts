import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TemporaryFolder } from '../harness/temporaryFolder';
import { examplesPython } from './examplesWorkspace';
import { themes, Workbench } from './workbench';
import type { Theme } from './workbench';

const everyTheme = Object.keys(themes) as Theme[];

/** Prints an epoch for each line of the file `epochs`, and goes on until it is stopped or told to fail. */
const TRAINING = `"""Fits a line, an epoch whenever it is told to."""
import argparse
import math
import os
import time

options = argparse.ArgumentParser()
options.add_argument("--lr", type=float, default=0.1)
options.add_argument("--api-token", default="")
options = options.parse_args()


def told():
    return open("epochs").read().split() if os.path.exists("epochs") else []


epoch = 0
while "stop" not in told():
    if len(told()) > epoch:
        loss = math.exp(-options.lr * epoch)
        print(f"epoch {epoch}: loss={loss:.4f} accuracy={1 - loss:.4f}", flush=True)
        epoch += 1
    time.sleep(0.05)
`;

const FAILING = `def load(path):
    raise ValueError(f"no such data set: {path}")


load("iris.csv")
`;

const TASKS = {
  version: '2.0.0',
  tasks: [{ type: 'tracker', label: 'nightly', command: 'load.py', experiment: 'nightlies' }],
};

/** What a person does with a script that trains, in one session of VS Code: each step goes on from the one before. */
describe('A script that trains', () => {
  let folder: TemporaryFolder;
  let vscode: Workbench;

  beforeAll(async () => {
    folder = await TemporaryFolder.create();
    await mkdir(path.join(folder.path, '.vscode'));
    await writeFile(path.join(folder.path, '.vscode/tasks.json'), JSON.stringify(TASKS));
    await writeFile(path.join(folder.path, 'train.py'), TRAINING);
    await writeFile(path.join(folder.path, 'load.py'), FAILING);
    vscode = await Workbench.open(folder.path, {
      size: { width: 1280, height: 800 },
      settings: { 'tracker.run.python': examplesPython, 'tracker.experimentName': 'lines' },
    });
  });

  afterAll(async () => {
    await vscode[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await vscode.screenshot('tracking-failed');
  });

  const trainEpochs = (count: number) =>
    appendFile(path.join(folder.path, 'epochs'), 'one\n'.repeat(count));

  it('is asked for its arguments, and shows what it prints as metrics while it runs', async () => {
    await vscode.openView('Experiments');
    await vscode.openFile('train.py');
    await vscode.openCommand('Track: Run current script with arguments…');
    await vscode.quickInput.fill('--lr 0.3 --api-token secret');
    await vscode.page.keyboard.press('Enter');
    await vscode.run(0).locator('.codicon-sync').waitFor();
    await trainEpochs(8);
    await vscode.run(0).click();
    await vscode.expandRow(/^Params/);
    await vscode.row(/^lr\s*0\.3/).waitFor();
    await vscode.row(/^loss\s*0\.1225 @7/).waitFor();
    expect(await vscode.row(/^api_token/).innerText()).not.toContain('secret');
    for (const theme of everyTheme) await vscode.screenshot('tracking', theme);
  });

  it('has its console log in an editor, where it grows', async () => {
    await vscode.setTheme('dark');
    await vscode.row(/^Console log/).click();
    const log = vscode.page.locator('.editor-instance .view-lines');
    await log.getByText('epoch 7: loss=0.1225').waitFor();
    await trainEpochs(1);
    await log.getByText('epoch 8: loss=0.0907').waitFor();
    for (const theme of everyTheme) await vscode.screenshot('console-log', theme);
  });

  it('is stopped from its row', async () => {
    await vscode.setTheme('dark');
    await vscode.clickRowAction(vscode.run(0), 'Stop');
    await vscode.run(0).locator('.codicon-circle-slash').waitFor();
    await vscode.statusBarItem('1 running').waitFor({ state: 'detached' });
  });

  it('is run again with other arguments, which are those of the run to begin with', async () => {
    await vscode.clickRowMenu(vscode.run(0), 'Run again with changes…');
    await vscode.page.getByText('type it where *** stands').waitFor();
    const line = await vscode.quickInput.inputValue();
    expect(line).toContain('train.py --lr 0.3 --api-token');
    await vscode.screenshot('again');
    await vscode.page.keyboard.press('Enter');
    expect(await vscode.run(1).count()).toBe(0);
    await vscode.quickInput.fill(line.replace(/--lr .*/, '--lr 0.5'));
    await vscode.page.keyboard.press('Enter');
    await vscode.run(1).waitFor();
    await appendFile(path.join(folder.path, 'epochs'), 'stop\n');
    await vscode.run(0).locator('.codicon-pass').waitFor();
  });

  it('is offered the arguments that it had, but for the secret', async () => {
    await vscode.openFile('train.py');
    await vscode.openCommand('Track: Run current script with arguments…');
    const offered = vscode.quickPicks.filter({ hasText: '--lr 0.3 --api-token ***' });
    await offered.getByText('type the secret where *** stands').waitFor();
    await vscode.screenshot('arguments');
    await vscode.page.keyboard.press('Escape');
  });

  it('is a task of tasks.json, and its failure a problem in its file', async () => {
    await vscode.openCommand('Track: Run task…');
    await vscode.quickPicks.filter({ hasText: 'nightly' }).first().click();
    await vscode.row(/^nightlies\s*1 run/).waitFor();
    await vscode.openCommand('View: Focus Problems');
    const problem = vscode.page.locator('.markers-panel').getByText('no such data set: iris.csv');
    await problem.waitFor();
    await vscode.screenshot('problems');
    await problem.click();
    await vscode.tab('load.py').waitFor();
    await vscode.statusBarItem('Ln 2').waitFor();
  });
});

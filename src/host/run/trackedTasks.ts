import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { TrackingError } from '../../tracking/trackingError';
import type { Services } from '../../services';
import { PROBLEM_MATCHER, TASK_TYPE } from '../contributions';
import { findInterpreter } from './pythonInterpreter';
import { trackedOptions } from './runCurrentScript';
import { scriptCommand } from './scriptCommand';
import { readTaskDefinition, taskOptions, type TaskDefinition } from './taskDefinition';

/**
 * Tasks of the type `tracker`: a command as a tracked run, from tasks.json, and one for the active script. The wrapper is the
 * task's process, so its exit code, which is the command's own, decides how the task ended.
 */
export class TrackedTasks implements vscode.TaskProvider {
  constructor(private readonly services: Services) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    if (uri?.scheme !== 'file' || folder === undefined || !vscode.workspace.isTrusted) {
      return [];
    }
    const command = path.relative(folder.uri.fsPath, uri.fsPath);
    try {
      return [
        await this.taskOf(
          { type: TASK_TYPE, command, args: [], params: {}, tags: {} },
          folder,
          command,
        ),
      ];
    } catch (error) {
      if (TrackingError.is(error, 'INVALID_STATE')) {
        // Not a file that anybody knows how to run.
        return [];
      }
      throw error;
    }
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const definition = readTaskDefinition(task.definition);
    const [first] = vscode.workspace.workspaceFolders ?? [];
    const folder = typeof task.scope === 'object' ? task.scope : first;
    if (definition === undefined || folder === undefined || !vscode.workspace.isTrusted) {
      return undefined;
    }
    try {
      // VS Code takes the answer only with the very definition that it asked for.
      return await this.taskOf(definition, folder, task.name, task.definition);
    } catch (error) {
      this.services.notifier.error(error);
      return undefined;
    }
  }

  private async taskOf(
    task: TaskDefinition,
    folder: vscode.WorkspaceFolder,
    name: string,
    definition: vscode.TaskDefinition = { type: TASK_TYPE, command: task.command },
  ): Promise<vscode.Task> {
    const { services } = this;
    const cwd = path.resolve(folder.uri.fsPath, expand(task.cwd ?? '.', folder));
    const { options, workingDir, env } = await trackedOptions(services.scriptRuns, {
      cwd,
      experimentName: task.experiment ?? services.settings.experimentName,
    });
    const command = await this.commandOf(expand(task.command, folder), cwd, folder);
    const execution = new vscode.ProcessExecution(
      process.execPath,
      [services.cliPath, 'run', ...options, ...taskOptions(task), '--', ...command, ...task.args],
      {
        cwd: workingDir,
        // The extension host's Node is Electron on the desktop; the wrapper does not pass this on.
        env: { ...withoutNulls(env), ELECTRON_RUN_AS_NODE: '1' },
      },
    );
    const result = new vscode.Task(definition, folder, name, TASK_TYPE, execution, PROBLEM_MATCHER);
    // The wrapper's own command line would fill the terminal; the run has that of the script.
    result.presentationOptions = { echo: false };
    return result;
  }

  /** A file of the folder is a script in its language, anything else a program. */
  private async commandOf(
    command: string,
    cwd: string,
    folder: vscode.WorkspaceFolder,
  ): Promise<readonly string[]> {
    const file = path.resolve(cwd, command);
    if (!existsSync(file) || path.extname(file) === '' || path.extname(file) === '.exe') {
      return [command];
    }
    const { settings, logger } = this.services;
    const python = (): Promise<string> =>
      findInterpreter({
        script: file,
        folder: folder.uri.fsPath,
        setting: settings.runPython,
        logger,
      });
    return await scriptCommand(
      { file, cwd, languageId: undefined },
      { commands: settings.runCommands, python },
    );
  }
}

/** The variables of VS Code that a command or a folder usually has; those of arguments VS Code replaces itself. */
function expand(text: string, folder: vscode.WorkspaceFolder): string {
  const file = vscode.window.activeTextEditor?.document.uri.fsPath ?? '';
  return text
    .replaceAll('${workspaceFolder}', folder.uri.fsPath)
    .replaceAll('${file}', file)
    .replaceAll('${relativeFile}', file && path.relative(folder.uri.fsPath, file));
}

/** A task's variable can be set and not removed; an empty one counts as none. */
function withoutNulls(env: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']));
}

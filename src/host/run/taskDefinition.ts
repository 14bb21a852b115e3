import type * as vscode from 'vscode';
import { TASK_TYPE } from '../contributions';

/** A task of tasks.json with `"type": "tracker"`. */
export interface TaskDefinition extends vscode.TaskDefinition {
  /** A program, or a script, which is run as "Track: Run current script" does. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute, or relative to the folder; default: the folder. */
  readonly cwd?: string;
  /** Default: the setting `tracker.experimentName`, else the folder's name. */
  readonly experiment?: string;
  readonly runName?: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads what a person has written; undefined where it names no command. Values of a wrong type count as absent. */
export function readTaskDefinition(definition: vscode.TaskDefinition): TaskDefinition | undefined {
  const { command, args, cwd, experiment, runName, params, tags } = definition as Record<
    string,
    unknown
  >;
  if (definition.type !== TASK_TYPE || typeof command !== 'string' || command.trim() === '') {
    return undefined;
  }
  return {
    ...definition,
    command,
    args: Array.isArray(args) ? args.map(String) : [],
    params: pairsOf(params),
    tags: pairsOf(tags),
    ...(typeof cwd === 'string' && cwd !== '' ? { cwd } : {}),
    ...(typeof experiment === 'string' && experiment !== '' ? { experiment } : {}),
    ...(typeof runName === 'string' && runName !== '' ? { runName } : {}),
  };
}

/** The options of `mlflow-tracker run` that a task adds. */
export function taskOptions({ runName, params, tags }: TaskDefinition): readonly string[] {
  const pairs = (option: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([key, value]) => [option, `${key}=${value}`]);
  return [
    ...(runName === undefined ? [] : ['--run-name', runName]),
    ...pairs('--param', params),
    ...pairs('--tag', tags),
  ];
}

function pairsOf(value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]))
    : {};
}

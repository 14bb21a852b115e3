import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../../base/logger';
import { findExecutable } from '../../launch/process/findExecutable';

export interface InterpreterRequest {
  /** Absolute path of the script. */
  readonly script: string;
  /** The workspace folder of the script; the search for an environment does not leave it. */
  readonly folder: string | undefined;
  /** The setting `tracker.run.python`; empty when unset. */
  readonly setting: string;
  readonly logger: Logger;
}

const IS_WINDOWS = process.platform === 'win32';
/** ms; the Python extension may be looking through the whole machine. */
const PYTHON_EXTENSION_PATIENCE_MS = 5_000;

/** The interpreter that the Python extension has selected, else the setting, else the nearest `.venv`, else Python itself. */
export async function findInterpreter(request: InterpreterRequest): Promise<string> {
  return (
    (await selectedInterpreter(request)) ??
    settingOf(request) ??
    nearestEnvironment(request.script, request.folder) ??
    (await commandOnPath(path.dirname(request.script)))
  );
}

/** The part of the Python extension's exported API (`ms-python.python`, environments) that is used here. */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource: vscode.Uri): unknown;
  resolveEnvironment(environment: unknown): Promise<unknown>;
}

async function selectedInterpreter(request: InterpreterRequest): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<unknown>('ms-python.python');
  if (extension === undefined) {
    return undefined;
  }
  try {
    return await Promise.race([
      askPythonExtension(extension, vscode.Uri.file(request.script)),
      new Promise<undefined>(resolve =>
        setTimeout(() => resolve(undefined), PYTHON_EXTENSION_PATIENCE_MS),
      ),
    ]);
  } catch (error) {
    request.logger.warn(`The Python extension does not tell its interpreter: ${String(error)}`);
    return undefined;
  }
}

async function askPythonExtension(
  extension: vscode.Extension<unknown>,
  script: vscode.Uri,
): Promise<string | undefined> {
  const api = await extension.activate();
  const environments = isRecord(api) ? api['environments'] : undefined;
  if (!isPythonEnvironments(environments)) {
    return undefined;
  }
  const resolved = await environments.resolveEnvironment(
    environments.getActiveEnvironmentPath(script),
  );
  const executable = isRecord(resolved) ? resolved['executable'] : undefined;
  const uri = isRecord(executable) ? executable['uri'] : undefined;
  return uri instanceof vscode.Uri && existsSync(uri.fsPath) ? uri.fsPath : undefined;
}

/** A relative path in the setting starts at the folder; a plain name is a command. */
function settingOf({ setting, folder }: InterpreterRequest): string | undefined {
  if (setting === '') {
    return undefined;
  }
  const expanded = setting.replaceAll('${workspaceFolder}', folder ?? '.');
  return /[\\/]/.test(expanded) && folder !== undefined ? path.resolve(folder, expanded) : expanded;
}

function nearestEnvironment(script: string, folder: string | undefined): string | undefined {
  let current = path.dirname(script);
  for (;;) {
    for (const name of ['.venv', 'venv']) {
      const python = IS_WINDOWS
        ? path.join(current, name, 'Scripts', 'python.exe')
        : path.join(current, name, 'bin', 'python');
      if (existsSync(python)) {
        return python;
      }
    }
    const parent = path.dirname(current);
    if (current === (folder ?? current) || parent === current) {
      return undefined;
    }
    current = parent;
  }
}

async function commandOnPath(cwd: string): Promise<string> {
  for (const name of IS_WINDOWS ? ['python.exe', 'python3.exe'] : ['python3', 'python']) {
    if (await isExecutable(name, cwd)) {
      return name;
    }
  }
  // Starting this one says in the terminal what is missing.
  return IS_WINDOWS ? 'python' : 'python3';
}

async function isExecutable(command: string, cwd: string): Promise<boolean> {
  try {
    await findExecutable(command, cwd, process.env);
    return true;
  } catch {
    return false;
  }
}

function isPythonEnvironments(value: unknown): value is PythonEnvironments {
  return (
    isRecord(value) &&
    typeof value['getActiveEnvironmentPath'] === 'function' &&
    typeof value['resolveEnvironment'] === 'function'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

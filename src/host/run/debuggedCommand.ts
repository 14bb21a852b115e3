import path from 'node:path';
import type { DebugConfiguration } from 'vscode';

/** What a launch configuration runs, and where: the names that debuggers have in common. */
export function debuggedCommand(
  config: DebugConfiguration,
  folder: string | undefined,
): { readonly command: readonly string[]; readonly cwd: string } {
  const program = textOf(config['program']);
  const cwd = textOf(config['cwd']) ?? folder ?? (program && path.dirname(program)) ?? '.';
  const module = textOf(config['module']);
  const interpreter =
    textOf(config['python']) ??
    textOf(config['runtimeExecutable']) ??
    config.type.replace(/^debugpy$/, 'python');
  const relative = program && path.isAbsolute(program) ? path.relative(cwd, program) : program;
  const shown = relative === undefined || relative.startsWith('..') ? program : relative;
  return {
    cwd,
    command: [
      interpreter,
      ...(module === undefined ? [] : ['-m', module]),
      ...(shown === undefined ? [] : [shown]),
      ...textsOf(config['args']),
    ],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return value.split(/\s+/).filter(Boolean);
  }
  return Array.isArray(value) ? value.map(String) : [];
}

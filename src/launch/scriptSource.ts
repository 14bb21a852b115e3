import { statSync } from 'node:fs';
import path from 'node:path';

/** Where the code of a command comes from. */
export interface ScriptSource {
  /** As a person typed it, like Python's `sys.argv[0]`, which MLflow records: relative stays relative. */
  readonly name: string;
  /** Absolute path of the file; absent when the command is not a script (`python -c …`, a binary). */
  readonly file?: string;
  /** The words after the script: what it was told. */
  readonly args: readonly string[];
}

const SCRIPT = /\.(py|ipynb|r|rmd|jl|js|mjs|cjs|ts|java|scala|lua|rb|pl|sh|m)$/i;
/** Code given on the command line itself: Python, shells, R, Node. */
const INLINE_CODE = new Set(['-c', '-e', '--eval']);

/** Finds the script in a command line such as `python -u train.py --lr 0.1` or `torchrun --nproc 2 train.py`. */
export function findScriptSource(
  command: string,
  args: readonly string[],
  workingDir: string,
): ScriptSource {
  if (SCRIPT.test(command)) {
    const file = existingFile(command, workingDir);
    return { name: command, ...(file === undefined ? {} : { file }), args };
  }
  for (const [index, arg] of args.entries()) {
    if (INLINE_CODE.has(arg)) {
      return { name: arg, args: args.slice(index + 2) };
    }
    if (arg === '-m') {
      const module = moduleSource(args[index + 1] ?? arg, workingDir);
      return { ...module, args: args.slice(index + 2) };
    }
    const file = SCRIPT.test(arg) ? existingFile(arg, workingDir) : undefined;
    if (file !== undefined) {
      return { name: arg, file, args: args.slice(index + 1) };
    }
  }
  return { name: command, args };
}

/** `python -m package.module`: MLflow sees the path of the module that Python found. */
function moduleSource(module: string, workingDir: string): Omit<ScriptSource, 'args'> {
  const base = module.split('.').join('/');
  for (const candidate of [`${base}.py`, `${base}/__main__.py`]) {
    const file = existingFile(candidate, workingDir);
    if (file !== undefined) {
      return { name: candidate, file };
    }
  }
  return { name: module };
}

function existingFile(name: string, workingDir: string): string | undefined {
  const file = path.resolve(workingDir, name);
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

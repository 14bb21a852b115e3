import { statSync } from 'node:fs';
import path from 'node:path';

/** Where the code of a command comes from. */
export interface ScriptSource {
  /** As a person typed it, like Python's `sys.argv[0]`, which MLflow records: relative stays relative. */
  readonly name: string;
  /** Absolute path of the file; absent when the command is not a script (`python -c …`, a binary). */
  readonly file?: string;
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
    return { name: command, ...(file === undefined ? {} : { file }) };
  }
  for (const [index, arg] of args.entries()) {
    if (INLINE_CODE.has(arg)) {
      return { name: arg };
    }
    if (arg === '-m') {
      return moduleSource(args[index + 1] ?? arg, workingDir);
    }
    const file = SCRIPT.test(arg) ? existingFile(arg, workingDir) : undefined;
    if (file !== undefined) {
      return { name: arg, file };
    }
  }
  return { name: command };
}

/** `python -m package.module`: MLflow sees the path of the module that Python found. */
function moduleSource(module: string, workingDir: string): ScriptSource {
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

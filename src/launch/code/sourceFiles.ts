import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

export interface SourceFile {
  /** Relative to the folder that was asked for, with slashes. */
  readonly path: string;
  readonly content: Buffer;
}

/** Bytes; a larger file is data. */
const MAX_FILE_BYTES = 256 * 1024;
/** Bytes and number of all files together. */
const MAX_TOTAL_BYTES = 4 * 1024 * 1024;
const MAX_FILES = 200;

const PYTHON_IMPORT = /^\s*(?:from\s+([.\w]+)\s+import\s+([^#\n]+)|import\s+([^#\n]+))/gm;
const SCRIPT_IMPORT =
  /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const R_SOURCE = /\bsource\s*\(\s*['"]([^'"]+)['"]/g;
const SHELL_SOURCE = /^\s*(?:source|\.)\s+["']?([^\s"';$]+)/gm;
const SCRIPT_ENDINGS = ['', '.ts', '.js', '.mjs', '.cjs', '.tsx', '.jsx', '/index.ts', '/index.js'];

/**
 * The script and the files of its folder that it imports, directly or through others, found in their text: Python modules,
 * relative imports of JavaScript and TypeScript, sourced files of R and shells. What lies outside the folder is not code of
 * the person's own.
 * @param root absolute folder in which the script runs; a script elsewhere counts with its own folder
 */
export async function sourceFiles(script: string, root: string): Promise<readonly SourceFile[]> {
  const base = await realpath(isInside(root, script) ? root : path.dirname(script));
  const found = new Map<string, SourceFile>();
  const waiting = [await realpath(script)];
  let total = 0;
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (found.has(file) || !isInside(base, file) || found.size === MAX_FILES) {
      continue;
    }
    const content = await readSource(file);
    if (content === undefined || total + content.length > MAX_TOTAL_BYTES) {
      continue;
    }
    total += content.length;
    found.set(file, { path: path.relative(base, file).split(path.sep).join('/'), content });
    for (const candidate of importsOf(file, content.toString('utf8'), base, script)) {
      if (await isFile(candidate)) {
        waiting.push(await realpath(candidate));
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files that may be what a source imports; most do not exist. */
function importsOf(file: string, text: string, root: string, script: string): readonly string[] {
  const folder = path.dirname(file);
  switch (path.extname(file).toLowerCase()) {
    case '.py':
      return pythonImports(text, folder, [path.dirname(script), root]);
    case '.js':
    case '.mjs':
    case '.cjs':
    case '.ts':
    case '.tsx':
    case '.jsx':
      return [...text.matchAll(SCRIPT_IMPORT)].flatMap(([, name = '']) =>
        SCRIPT_ENDINGS.map(ending => path.join(folder, name + ending)),
      );
    case '.r':
      return [...text.matchAll(R_SOURCE)].flatMap(([, name = '']) => [
        path.resolve(root, name),
        path.resolve(folder, name),
      ]);
    case '.sh':
    case '.bash':
      return [...text.matchAll(SHELL_SOURCE)].map(([, name = '']) => path.resolve(root, name));
    default:
      return [];
  }
}

/** @param paths where absolute imports are looked for, as `sys.path` has them first */
function pythonImports(text: string, folder: string, paths: readonly string[]): readonly string[] {
  const modules: (readonly [base: string, module: string])[] = [];
  for (const [, from, names = '', plain] of text.matchAll(PYTHON_IMPORT)) {
    if (plain !== undefined) {
      const imported = plain.split(',').map(part => part.trim().split(/\s+/)[0] ?? '');
      modules.push(...imported.flatMap(name => paths.map(base => [base, name] as const)));
    } else if (from !== undefined) {
      const dots = /^\.*/.exec(from)?.[0].length ?? 0;
      const module = from.slice(dots);
      const bases =
        dots === 0
          ? paths
          : [path.resolve(folder, ...Array.from({ length: dots - 1 }, () => '..'))];
      // `from package import module` names a module or something in one.
      const members = names
        .replace(/[()\\]/g, ' ')
        .split(',')
        .map(part => part.trim().split(/\s+/)[0] ?? '');
      for (const base of bases) {
        modules.push(
          [base, module],
          ...members.map(member => [base, `${module}.${member}`] as const),
        );
      }
    }
  }
  return modules.flatMap(([base, module]) => moduleFiles(base, module));
}

/** The files that an import of `a.b.c` runs: the packages on the way, and the module itself. */
function moduleFiles(base: string, module: string): readonly string[] {
  const parts = module.split('.').filter(part => /^\w+$/.test(part));
  const packages = parts.map((_, index) =>
    path.join(base, ...parts.slice(0, index + 1), '__init__.py'),
  );
  return parts.length === 0
    ? [path.join(base, '__init__.py')]
    : [...packages, `${path.join(base, ...parts)}.py`];
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  const isBelow = !relative.startsWith('..') && !path.isAbsolute(relative);
  return isBelow && !/(^|[\\/])(node_modules|site-packages|\.venv|venv)[\\/]/.test(relative);
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

async function readSource(file: string): Promise<Buffer | undefined> {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) {
      return undefined;
    }
    const content = await readFile(file);
    return content.includes(0) ? undefined : content;
  } catch {
    // Gone meanwhile or unreadable.
    return undefined;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { splitCommand } from '../../base/splitCommand';
import { TrackingError } from '../../tracking/trackingError';

export interface Script {
  /** Absolute path. */
  readonly file: string;
  /** VS Code's language of the file; undefined when it is not open. */
  readonly languageId: string | undefined;
  /** Where the command runs, absolute. */
  readonly cwd: string;
}

export interface ScriptCommandOptions {
  /** The setting `tracker.run.commands`: language or `.ending` → command line with variables. */
  readonly commands: Readonly<Record<string, unknown>>;
  /** The interpreter for Python; asked for only when it is needed. */
  readonly python: () => Promise<string>;
}

/** Of files that are not open in an editor. */
const LANGUAGE_OF_ENDING: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.pyw': 'python',
  '.r': 'r',
  '.jl': 'julia',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.sh': 'shellscript',
  '.bash': 'shellscript',
  '.zsh': 'shellscript',
  '.java': 'java',
  '.go': 'go',
  '.rs': 'rust',
  '.c': 'c',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cxx': 'cpp',
  '.ipynb': 'jupyter',
};

/** Languages whose programs are built first, by the folder's own build task. */
const BUILT = new Set(['c', 'cpp']);

type Table = Readonly<
  Record<string, (script: Script, python: () => Promise<string>) => Promise<readonly string[]>>
>;

/** How each language is run. A further language is one line; a person adds theirs in `tracker.run.commands`. */
const LANGUAGES: Table = {
  // The wrapper executes it with its kernel.
  jupyter: async (script, python) => [await python(), relative(script)],
  python: async (script, python) => [await python(), ...pythonArguments(script)],
  r: script => run('Rscript', script),
  julia: script => run('julia', script, '--project=@.'),
  javascript: script => run('node', script),
  typescript: typescriptCommand,
  // Only one with a #! line says which shell it is for.
  shellscript: script =>
    Promise.resolve([...(shebangOf(script.file) ?? ['bash']), relative(script)]),
  // A source file is compiled in memory since Java 11.
  java: script => run('java', script),
  go: script => Promise.resolve(['go', 'run', packageOf(script)]),
  rust: rustCommand,
  c: script => Promise.resolve([executableOf(script)]),
  cpp: script => Promise.resolve([executableOf(script)]),
};

/** Whether the script can run as it is, or has to be built first. */
export function needsBuild(script: Script, options: ScriptCommandOptions): boolean {
  return ownCommand(script, options) === undefined && BUILT.has(languageOf(script));
}

/**
 * The command that runs a script: the person's own for its ending or language, else the table's, else that of its #! line.
 * Throws INVALID_STATE, with the way out, for a file that nobody knows how to run.
 */
export async function scriptCommand(
  script: Script,
  options: ScriptCommandOptions,
): Promise<readonly string[]> {
  const own = ownCommand(script, options);
  if (own !== undefined) {
    return await expandCommand(own, script, options.python);
  }
  const language = LANGUAGES[languageOf(script)];
  if (language !== undefined) {
    return await language(script, options.python);
  }
  const shebang = shebangOf(script.file);
  if (shebang !== undefined) {
    return [...shebang, relative(script)];
  }
  const ending = path.extname(script.file) || script.languageId || path.basename(script.file);
  throw new TrackingError(
    'INVALID_STATE',
    `MLflow Tracker does not know how to run ${path.basename(script.file)}: add a command for ${ending} to the setting tracker.run.commands, such as "${ending}": "program \${file}".`,
  );
}

function ownCommand(script: Script, { commands }: ScriptCommandOptions): string | undefined {
  const found = ownKeys(script)
    .map(key => commands[key])
    .find(command => command !== undefined);
  return typeof found === 'string' && found.trim() !== '' ? found : undefined;
}

/** An ending says more than a language. */
function ownKeys(script: Script): readonly string[] {
  return [path.extname(script.file).toLowerCase(), languageOf(script)].filter(key => key !== '');
}

function languageOf({ file, languageId }: Script): string {
  const ofEnding = LANGUAGE_OF_ENDING[path.extname(file).toLowerCase()] ?? '';
  // A notebook that is shown as text is JSON to the editor.
  const isUnknown = languageId === undefined || languageId === 'plaintext';
  return isUnknown || ofEnding === 'jupyter' ? ofEnding : languageId;
}

async function expandCommand(
  text: string,
  { file, cwd }: Script,
  python: () => Promise<string>,
): Promise<readonly string[]> {
  const words = splitCommand(text);
  if (words === undefined || words.length === 0) {
    throw new TrackingError(
      'INVALID_STATE',
      `The command ${JSON.stringify(text)} in the setting tracker.run.commands has a quote that is not closed.`,
    );
  }
  const extension = path.extname(file);
  const values: Readonly<Record<string, () => string | Promise<string>>> = {
    file: () => file,
    relativeFile: () => path.relative(cwd, file),
    fileDirname: () => path.dirname(file),
    fileBasename: () => path.basename(file),
    fileBasenameNoExtension: () => path.basename(file, extension),
    workspaceFolder: () => cwd,
    python,
  };
  // Words are split first: a path with a space stays one.
  return await Promise.all(
    words.map(async word => {
      let expanded = word;
      for (const [name, value] of Object.entries(values)) {
        if (expanded.includes(`\${${name}}`)) {
          expanded = expanded.replaceAll(`\${${name}}`, await value());
        }
      }
      return expanded;
    }),
  );
}

function run(program: string, script: Script, ...options: string[]): Promise<readonly string[]> {
  return Promise.resolve([program, ...options, relative(script)]);
}

function relative({ cwd, file }: Script): string {
  const name = path.relative(cwd, file);
  return name.startsWith('..') ? file : name;
}

/** A module of a package is run as one, so that its relative imports work; the package must start where the command does. */
function pythonArguments(script: Script): readonly string[] {
  const names = [path.basename(script.file, path.extname(script.file))];
  let folder = path.dirname(script.file);
  while (existsSync(path.join(folder, '__init__.py')) && folder !== script.cwd) {
    names.unshift(path.basename(folder));
    folder = path.dirname(folder);
  }
  const isModule = names.length > 1 && folder === script.cwd && names.every(isIdentifier);
  if (!isModule) {
    return [relative(script)];
  }
  return ['-m', names.filter(name => name !== '__main__').join('.')];
}

function isIdentifier(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
}

/** tsx where the project has it; else Node, which reads TypeScript by itself since 22.18. */
function typescriptCommand(script: Script): Promise<readonly string[]> {
  const local = nearest(script, path.join('node_modules', '.bin', 'tsx'));
  return local === undefined
    ? run('node', script)
    : run(path.join(local, 'node_modules', '.bin', 'tsx'), script);
}

/** A file of package main needs the others of its folder. */
function packageOf(script: Script): string {
  const folder = path.dirname(script.file);
  if (nearest(script, 'go.mod') === undefined) {
    return relative(script);
  }
  return (
    `./${path.relative(script.cwd, folder).split(path.sep).join('/')}`.replace(/\/$/, '') || '.'
  );
}

function rustCommand(script: Script): Promise<readonly string[]> {
  const crate = nearest(script, 'Cargo.toml');
  if (crate === undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      `${path.basename(script.file)} belongs to no Cargo project: make one with cargo init, or add a command for .rs to the setting tracker.run.commands.`,
    );
  }
  const manifest = ['--manifest-path', path.join(path.relative(script.cwd, crate), 'Cargo.toml')];
  const [, kind = '', name = ''] =
    /^(src\/bin|examples)\/([^/]+?)(?:\/main)?\.rs$/.exec(
      path.relative(crate, script.file).split(path.sep).join('/'),
    ) ?? [];
  const target = name === '' ? [] : [kind === 'examples' ? '--example' : '--bin', name];
  return Promise.resolve(['cargo', 'run', ...manifest, ...target, '--']);
}

function executableOf({ file }: Script): string {
  const program = path.join(path.dirname(file), path.basename(file, path.extname(file)));
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** The nearest folder, from the script's up to where the command runs, that has such a file. */
function nearest({ file, cwd }: Script, name: string): string | undefined {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, name))) {
      return folder;
    }
    if (folder === cwd || folder === path.dirname(folder)) {
      return undefined;
    }
  }
}

/** The words of a #! line; `env` is taken out, so that the PATH of the terminal counts. */
function shebangOf(file: string): readonly string[] | undefined {
  let start: string;
  try {
    start = readFileSync(file, 'utf8').slice(0, 256);
  } catch {
    return undefined;
  }
  const [, line] = /^#!\s*([^\r\n]+)/.exec(start) ?? [];
  const words = line === undefined ? undefined : splitCommand(line);
  if (words === undefined || words.length === 0) {
    return undefined;
  }
  const isEnv = /(^|\/)env$/.test(words[0] ?? '');
  return isEnv ? words.slice(words[1] === '-S' ? 2 : 1) : words;
}

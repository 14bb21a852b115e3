import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../../base/logger';
import { GIT_STATUS_ARGS, parseGitStatus, type GitStatus } from './gitStatus';
import { repositoryUrl } from './repositoryUrl';
import { runGit, type GitAnswer, type GitOptions } from './runGit';
import { untrackedPatch } from './untrackedPatch';

/** The state of the repository that a source file lives in, at one moment. */
export interface GitState {
  /** Absent before the first commit. */
  readonly commit?: string;
  /** Absent on a detached HEAD. */
  readonly branch?: string;
  /** URL of `origin` or of the first remote, without credentials. */
  readonly repoUrl?: string;
  /** POSIX path of the source file in the repository. */
  readonly sourcePath?: string;
  /** The commit alone does not give the code that ran: a tracked file is changed or a code file is not tracked. */
  readonly dirty: boolean;
  /** Code lives in other repositories too, whose state is not recorded. */
  readonly hasSubmodules: boolean;
  /** What to apply on the commit; present only when dirty. Untracked text files are included, large and secret ones not. */
  readonly patch?: string;
}

export interface GitStateRequest {
  /** The source file, or a directory when there is none. Absolute. */
  readonly source: string;
  readonly sourceIsFile: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

const TIMEOUT_MS = 10_000;
/** Bytes of diff that are kept; beyond, it is no longer code that changed but data. */
const MAX_PATCH_BYTES = 8 * 1024 * 1024;

const CODE_FILE =
  /\.(py|pyi|pyx|ipynb|r|rmd|jl|js|mjs|cjs|ts|java|scala|kt|go|rs|c|cc|cpp|cxx|cu|cuh|h|hpp|m|lua|rb|pl|sh|bash|sql|yaml|yml|toml|cfg|ini|json)$/i;

const DIFF_ARGS: readonly string[] = [
  // The person's own settings must not change the form of the patch.
  '-c',
  'diff.noprefix=false',
  '-c',
  'diff.mnemonicPrefix=false',
  '-c',
  'core.quotePath=false',
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-relative',
  '--submodule=short',
];

/**
 * Reads the state of the repository by four git processes at once.
 * @returns undefined outside a repository and where git is missing or too slow. Never rejects.
 */
export async function readGitState(request: GitStateRequest): Promise<GitState | undefined> {
  const cwd = request.sourceIsFile ? path.dirname(request.source) : request.source;
  const options: GitOptions = { cwd, env: request.env, timeoutMs: TIMEOUT_MS };
  const [place, statusAnswer, remotes, diffFromHead] = await Promise.all([
    runGit(['rev-parse', '--show-toplevel'], options),
    runGit(GIT_STATUS_ARGS, options),
    runGit(['config', '-z', '--get-regexp', '^remote\\..*\\.url$'], options),
    runGit([...DIFF_ARGS, 'HEAD'], { ...options, maxBytes: MAX_PATCH_BYTES }),
  ]);
  if (place.exitCode !== 0 || statusAnswer.exitCode !== 0) {
    explainAbsence(place.exitCode === 0 ? statusAnswer : place, request.logger);
    return undefined;
  }
  const root = place.stdout.replace(/\r?\n$/, '');
  const status = parseGitStatus(statusAnswer.stdout);
  const sourcePath = request.sourceIsFile ? await pathIn(root, request.source) : undefined;
  const tracked =
    status.commit === undefined ? await diffFromNothing(options) : usable(diffFromHead);
  const added = await untrackedPatch(root, status.untracked);
  const dirty = isDirty(status, added.paths, sourcePath);
  const repoUrl = repositoryUrl(remotes.stdout);
  const patch = dirty ? tracked + added.text : '';
  return {
    ...(status.commit === undefined ? {} : { commit: status.commit }),
    ...(status.branch === undefined ? {} : { branch: status.branch }),
    ...(repoUrl === undefined ? {} : { repoUrl }),
    ...(sourcePath === undefined ? {} : { sourcePath }),
    dirty,
    hasSubmodules: existsSync(path.join(root, '.gitmodules')),
    ...(patch === '' ? {} : { patch }),
  };
}

function isDirty(
  status: GitStatus,
  addedPaths: readonly string[],
  sourcePath: string | undefined,
): boolean {
  return (
    status.commit === undefined ||
    status.hasTrackedChanges ||
    (sourcePath !== undefined && status.untracked.includes(sourcePath)) ||
    addedPaths.some(file => CODE_FILE.test(file))
  );
}

/** Before the first commit everything staged is an addition to the empty tree, whose id depends on the hash in use. */
async function diffFromNothing(options: GitOptions): Promise<string> {
  const emptyTree = await runGit(['hash-object', '-t', 'tree', '--stdin'], options);
  const id = emptyTree.stdout.trim();
  return id === ''
    ? ''
    : usable(await runGit([...DIFF_ARGS, id], { ...options, maxBytes: MAX_PATCH_BYTES }));
}

/** The text changes of a diff, each file whole, so that `git apply` takes the patch. */
function usable(diff: GitAnswer): string {
  if (diff.exitCode !== 0) {
    return '';
  }
  const files = diff.stdout.split(/^(?=diff --git )/m);
  if (diff.truncated) {
    files.pop();
  }
  // git apply refuses a whole patch for one binary file whose content is not in it, and as text that would be huge.
  const kept = files.filter(file => !/^Binary files .* differ$/m.test(file));
  const note = diff.truncated ? `# Cut after ${MAX_PATCH_BYTES / 1024 / 1024} MiB.\n` : '';
  return kept.join('') + note;
}

async function pathIn(root: string, file: string): Promise<string | undefined> {
  try {
    const relative = path.relative(await realpath(root), await realpath(file));
    return relative.startsWith('..') || path.isAbsolute(relative)
      ? undefined
      : relative.split(path.sep).join('/');
  } catch {
    // The file or the root has gone meanwhile: there is no path to record.
    return undefined;
  }
}

function explainAbsence(answer: GitAnswer, logger: Logger): void {
  if (
    answer.exitCode !== undefined &&
    !/not a git repository|in a work tree/i.test(answer.stderr)
  ) {
    // For instance "detected dubious ownership": the person can do something about it.
    logger.warn(`The git state is not recorded, git says: ${firstLine(answer.stderr)}`);
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

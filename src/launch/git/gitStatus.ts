/** What `git status --porcelain=v2 --branch -z` says, as far as a run records it. */
export interface GitStatus {
  /** Absent before the first commit. */
  readonly commit?: string;
  /** Absent on a detached HEAD; the branch to be born before the first commit. */
  readonly branch?: string;
  /** A tracked file differs from HEAD, staged or not. */
  readonly hasTrackedChanges: boolean;
  /** POSIX paths relative to the repository's root; ignored files are not among them. */
  readonly untracked: readonly string[];
}

export const GIT_STATUS_ARGS: readonly string[] = [
  'status',
  '--porcelain=v2',
  '--branch',
  '--untracked-files=all',
  '--no-renames',
  '-z',
];

/** Parses the output of git run with {@link GIT_STATUS_ARGS}. */
export function parseGitStatus(output: string): GitStatus {
  let commit: string | undefined;
  let branch: string | undefined;
  let hasTrackedChanges = false;
  const untracked: string[] = [];
  for (const entry of output.split('\0')) {
    if (entry.startsWith('# branch.oid ')) {
      commit = unlessSpecial(entry.slice('# branch.oid '.length));
    } else if (entry.startsWith('# branch.head ')) {
      branch = unlessSpecial(entry.slice('# branch.head '.length));
    } else if (entry.startsWith('? ')) {
      untracked.push(entry.slice(2));
    } else if (/^[12u] /.test(entry)) {
      hasTrackedChanges = true;
    }
  }
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    hasTrackedChanges,
    untracked,
  };
}

/** git writes `(initial)` for no commit and `(detached)` for no branch. */
function unlessSpecial(value: string): string | undefined {
  return value === '(initial)' || value === '(detached)' ? undefined : value;
}

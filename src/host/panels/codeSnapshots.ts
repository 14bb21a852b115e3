import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitError, runGit } from './runGit';

export interface SnapshotRequest {
  readonly commit: string;
  /** `git diff` text of the changes on top of the commit. */
  readonly patch?: Uint8Array;
}

/** A state of the code: a git tree. */
export interface CodeSnapshot {
  /** Top folder of the repository. */
  readonly repository: string;
  readonly tree: string;
  /** False when the patch could not be applied; the tree is then the commit's own. */
  readonly patched: boolean;
}

export interface ChangedFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly inLeft: boolean;
  readonly inRight: boolean;
}

/**
 * Code as runs saw it: a commit with the run's uncommitted changes applied by git itself, in an index and an object folder
 * of our own. The repository is only read.
 */
export class CodeSnapshots {
  private scratch: Promise<string> | undefined;

  constructor(private readonly git: string) {}

  /** The first repository around these folders that has the commit; undefined when none has. */
  async findRepository(
    folders: readonly string[],
    commit: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<string | undefined> {
    const seen = new Set<string>();
    for (const folder of folders) {
      const repository = await this.topLevel(folder, options);
      if (repository === undefined || seen.has(repository)) {
        continue;
      }
      seen.add(repository);
      if (await this.succeeds(['cat-file', '-e', `${commit}^{commit}`], repository, options)) {
        return repository;
      }
    }
    return undefined;
  }

  async create(
    repository: string,
    request: SnapshotRequest,
    options: { signal?: AbortSignal } = {},
  ): Promise<CodeSnapshot> {
    const index = path.join(await this.scratchFolder(), `index-${crypto.randomUUID()}`);
    const env = { ...(await this.objectEnv(repository, options)), GIT_INDEX_FILE: index };
    const git = (args: readonly string[], input?: Uint8Array) =>
      runGit(this.git, args, { cwd: repository, env, ...options, ...(input ? { input } : {}) });
    try {
      await git(['read-tree', request.commit]);
      let patched = true;
      if (request.patch && request.patch.length > 0) {
        patched = await git(
          ['apply', '--cached', '--binary', '--whitespace=nowarn', '-'],
          request.patch,
        ).then(
          () => true,
          (error: unknown) => {
            if (error instanceof GitError && error.code !== 'ENOENT') {
              return false;
            }
            throw error;
          },
        );
      }
      return { repository, tree: (await git(['write-tree'])).toString('utf8').trim(), patched };
    } finally {
      await rm(index, { force: true });
    }
  }

  /** Files that differ, sorted by path. Both snapshots are of one repository. */
  async changes(
    left: CodeSnapshot,
    right: CodeSnapshot,
    options: { signal?: AbortSignal } = {},
  ): Promise<readonly ChangedFile[]> {
    const output = await runGit(
      this.git,
      ['diff-tree', '-r', '-z', '--no-renames', '--name-status', left.tree, right.tree],
      { cwd: left.repository, env: await this.objectEnv(left.repository, options), ...options },
    );
    const fields = output.toString('utf8').split('\0');
    const files: ChangedFile[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const status = fields[at];
      files.push({ path: fields[at + 1] ?? '', inLeft: status !== 'A', inRight: status !== 'D' });
    }
    return files;
  }

  /** Rejects with `GitError` when the file is not in the snapshot. */
  async read(
    snapshot: CodeSnapshot,
    file: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Buffer> {
    return runGit(this.git, ['cat-file', 'blob', `${snapshot.tree}:${file}`], {
      cwd: snapshot.repository,
      env: await this.objectEnv(snapshot.repository, options),
      ...options,
    });
  }

  async dispose(): Promise<void> {
    if (this.scratch) {
      await rm(await this.scratch, { recursive: true, force: true });
    }
  }

  private scratchFolder(): Promise<string> {
    this.scratch ??= mkdtemp(path.join(tmpdir(), 'mlflow-tracker-code-'));
    return this.scratch;
  }

  private async topLevel(
    folder: string,
    options: { signal?: AbortSignal },
  ): Promise<string | undefined> {
    try {
      const output = await runGit(this.git, ['rev-parse', '--show-toplevel'], {
        cwd: folder,
        ...options,
      });
      return output.toString('utf8').trim();
    } catch (error) {
      // Not a repository, a folder that is gone: the next one may be right. Without git none is.
      if (
        error instanceof GitError &&
        !(error.code === 'ENOENT' && (await isMissingProgram(this.git)))
      ) {
        return undefined;
      }
      throw error;
    }
  }

  private succeeds(
    args: readonly string[],
    cwd: string,
    options: { signal?: AbortSignal },
  ): Promise<boolean> {
    return runGit(this.git, args, { cwd, ...options }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof GitError) {
          return false;
        }
        throw error;
      },
    );
  }

  /** New objects go to our folder; the repository's are read beside them. */
  private async objectEnv(
    repository: string,
    options: { signal?: AbortSignal },
  ): Promise<Record<string, string>> {
    const output = await runGit(this.git, ['rev-parse', '--git-path', 'objects'], {
      cwd: repository,
      ...options,
    });
    const objects = path.resolve(repository, output.toString('utf8').trim());
    return {
      GIT_OBJECT_DIRECTORY: await this.scratchFolder(),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
    };
  }
}

/** A missing working folder and a missing program give the same ENOENT. */
async function isMissingProgram(git: string): Promise<boolean> {
  return runGit(git, ['--version'], { cwd: tmpdir() }).then(
    () => false,
    () => true,
  );
}

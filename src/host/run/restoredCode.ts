import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CODE_FOLDER } from '../../launch/recordedArtifacts';
import type { Run } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { CodeSnapshots } from '../panels/codeSnapshots';
import { readRunCode, type RunCode } from '../panels/runCode';
import type { RunSource } from '../panels/panelServices';
import { GitError, runGit } from '../panels/runGit';

/** Where a run's code can be taken from. */
export type CodeSource =
  /** A repository here that has the commit. */
  | { readonly kind: 'commit'; readonly repository: string; readonly code: RunCode }
  /** Files that were kept with the run. */
  | { readonly kind: 'files'; readonly paths: readonly string[] };

/**
 * Finds the code of a run. Throws INVALID_STATE, with the way out, when there is none.
 * @param folders absolute; repositories around them are looked at
 */
export async function findCode(
  client: RunSource,
  run: Run,
  git: string,
  folders: readonly string[],
): Promise<CodeSource> {
  const commit = run.data.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value;
  if (commit !== undefined) {
    const code = await readRunCode(client, run, {});
    const snapshots = new CodeSnapshots(git);
    const repository = await snapshots.findRepository(folders.filter(existsSync), code.commit);
    if (repository !== undefined) {
      return { kind: 'commit', repository, code };
    }
  }
  const paths = await listFiles(client, run, CODE_FOLDER);
  if (paths.length > 0) {
    return { kind: 'files', paths };
  }
  throw new TrackingError(
    'INVALID_STATE',
    commit === undefined
      ? `Run ${run.info.runName} has neither a commit nor files of its code.`
      : `No repository in this window has the commit ${commit.slice(0, 7)} of run ${run.info.runName}: open the folder of its repository, or fetch there first.`,
  );
}

/**
 * Puts the code of a run into a new folder: a worktree of the repository with the run's uncommitted changes, or the kept
 * files. Throws ALREADY_EXISTS for a folder that is there, so that nobody's work is touched.
 * @returns false when the uncommitted changes could not be restored whole
 */
export async function restoreCode(
  client: RunSource,
  run: Run,
  source: CodeSource,
  git: string,
  folder: string,
): Promise<boolean> {
  if (existsSync(folder)) {
    throw new TrackingError('ALREADY_EXISTS', `${folder} exists already: choose another folder.`);
  }
  if (source.kind === 'files') {
    for (const file of source.paths) {
      const { stream } = await client.readArtifact(run.info.runId, file, {});
      const target = path.join(folder, ...file.slice(CODE_FOLDER.length + 1).split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, new Uint8Array(await new Response(stream).arrayBuffer()), {
        flag: 'wx',
      });
    }
    return true;
  }
  const { repository, code } = source;
  await inWords(
    runGit(git, ['worktree', 'add', '--detach', folder, code.commit], { cwd: repository }),
  );
  if (code.patch === undefined || code.patch.length === 0) {
    return code.recorded === 'all';
  }
  try {
    const args = ['apply', '--binary', '--whitespace=nowarn', '-'];
    await runGit(git, args, { cwd: folder, input: code.patch });
  } catch (error) {
    if (error instanceof GitError) {
      return false;
    }
    throw error;
  }
  return code.recorded === 'all';
}

async function listFiles(client: RunSource, run: Run, folder: string): Promise<readonly string[]> {
  const entries = await client.listArtifacts(run.info.runId, folder, {});
  const paths: string[] = [];
  for (const entry of entries) {
    paths.push(...(entry.isDir ? await listFiles(client, run, entry.path) : [entry.path]));
  }
  return paths;
}

async function inWords(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GitError) {
      throw new TrackingError('INVALID_STATE', `git cannot make the folder: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

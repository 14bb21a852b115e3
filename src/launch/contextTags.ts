import { userInfo } from 'node:os';
import type { KeyValue } from '../tracking/entities';
import { cutAtLine } from './cutText';
import type { GitState } from './git/gitState';
import { isNotebook } from './notebook';
import { PATCH_ARTIFACT } from './recordedArtifacts';
import type { ScriptSource } from './scriptSource';

/** The command that ran, as a shell would take it, secrets hidden. Not MLflow's: it has no tag for it. */
export const COMMAND_TAG = 'tracker.command';
/** Absolute path of the folder in which it ran. */
export const WORKING_DIR_TAG = 'tracker.workingDir';
/** At the end of a command that is longer than a tag. */
export const CUT_MARK = '[cut]';
/** POSIX path of the source in its repository: `git show <commit>:<path>` is the code that ran. */
const SOURCE_PATH_TAG = 'tracker.source.path';

/** What is known before anything is asked: MLflow's own context tags and the command. */
export function processTags(
  source: Pick<ScriptSource, 'name' | 'file'>,
  command: string,
  workingDir: string,
  env: NodeJS.ProcessEnv,
  tagLimit: number,
): readonly KeyValue[] {
  const user = userName(env);
  return [
    { key: 'mlflow.source.name', value: source.name },
    { key: 'mlflow.source.type', value: isNotebook(source.file) ? 'NOTEBOOK' : 'LOCAL' },
    ...(user === undefined ? [] : [{ key: 'mlflow.user', value: user }]),
    { key: COMMAND_TAG, value: cutAtLine(command, tagLimit, CUT_MARK) },
    { key: WORKING_DIR_TAG, value: workingDir },
  ];
}

/** @param tagLimit characters that the store takes as a tag's value */
export function gitTags(state: GitState | undefined, tagLimit: number): readonly KeyValue[] {
  if (state === undefined) {
    return [];
  }
  const tags: readonly [string, string | undefined][] = [
    ['mlflow.source.git.commit', state.commit],
    ['mlflow.source.git.branch', state.branch],
    ['mlflow.source.git.repoURL', state.repoUrl],
    ['mlflow.source.git.dirty', String(state.dirty)],
    ['mlflow.source.git.diff', state.patch && cutPatch(state.patch, tagLimit)],
    [SOURCE_PATH_TAG, state.sourcePath],
  ];
  return tags.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}

function cutPatch(patch: string, tagLimit: number): string {
  return cutAtLine(
    patch,
    tagLimit,
    `[Cut here. The whole patch is the artifact ${PATCH_ARTIFACT}.]`,
  );
}

/** As Python's `getpass.getuser`, which MLflow asks. */
export function userName(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['LOGNAME'] || env['USER'] || env['LNAME'] || env['USERNAME'];
  if (named) {
    return named;
  }
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return undefined;
  }
}

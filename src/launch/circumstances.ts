import type { Logger } from '../base/logger';
import { sourceFiles, type SourceFile } from './code/sourceFiles';
import { environmentRecord } from './environment/environmentRecord';
import type { GitState } from './git/gitState';
import type { LaunchRequest } from './launchRequest';
import { reportFailure } from './reportFailure';
import type { ScriptSource } from './scriptSource';

/** What a run keeps of the code and the place that it ran with, as it comes in. A script runs without: nothing here rejects. */
export interface Circumstances {
  /** Undefined where there is nothing. */
  readonly patch: Promise<string | undefined>;
  readonly environment: Promise<string | undefined>;
  /** Source files to keep with the run. */
  readonly code: Promise<readonly SourceFile[]>;
}

export function circumstancesOf(
  request: LaunchRequest,
  source: ScriptSource,
  git: Promise<GitState | undefined>,
  logger: Logger,
): Circumstances {
  return {
    patch: git.then(state => state?.patch),
    environment: environmentOf(request, logger),
    code: codeOf(source, git, request.workingDir, logger),
  };
}

async function environmentOf(
  { command, workingDir, env, capture }: LaunchRequest,
  logger: Logger,
): Promise<string | undefined> {
  try {
    return await environmentRecord({
      command,
      workingDir,
      env,
      variables: capture.environmentVariables,
    });
  } catch (error) {
    reportFailure(logger, 'record the environment', error);
    return undefined;
  }
}

/** Where the repository does not tell what ran, the files themselves do. */
async function codeOf(
  { file }: ScriptSource,
  git: Promise<GitState | undefined>,
  workingDir: string,
  logger: Logger,
): Promise<readonly SourceFile[]> {
  try {
    const state = await git;
    const isRecorded = state !== undefined && !state.hasSubmodules;
    return file === undefined || isRecorded ? [] : await sourceFiles(file, workingDir);
  } catch (error) {
    reportFailure(logger, 'read the code', error);
    return [];
  }
}

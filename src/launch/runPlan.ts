import type { KeyValue } from '../tracking/entities';
import { plannedParams } from './capture/plannedParams';
import { commandText } from './commandText';
import { gitTags, processTags, userName } from './contextTags';
import type { GitState } from './git/gitState';
import type { LaunchRequest } from './launchRequest';
import type { ScriptSource } from './scriptSource';

/** What the wrapper adds to the runs of its script. */
export interface RunPlan {
  /** Experiment of the run that the wrapper makes when the script makes none. */
  readonly experimentName: string;
  /** `--run-name` and `--tag`: for the tracked run only. */
  readonly runName?: string;
  readonly tags: readonly KeyValue[];
  /** `--param` and what the command line tells, for the tracked run only. Never rejects. */
  readonly params: Promise<readonly KeyValue[]>;
  /** Context tags of every run; what takes a moment to find out comes as a promise that never rejects. */
  readonly contextTags: readonly KeyValue[];
  /** The sign of life that a run gets when it is made. */
  readonly heartbeatTag: () => KeyValue;
  readonly gitTags: Promise<readonly KeyValue[]>;
  readonly userId: string | undefined;
  /** ms since epoch. */
  readonly startTimeMs: number;
}

/** The plan for a request, as far as it is known before the recording starts. */
export function planOf(
  request: LaunchRequest,
  found: {
    readonly source: ScriptSource;
    readonly git: Promise<GitState | undefined>;
    readonly experimentName: string;
    readonly startTimeMs: number;
  },
  tagLimit: number,
): Omit<RunPlan, 'heartbeatTag'> {
  const command = commandText([request.command, ...request.args]);
  return {
    experimentName: found.experimentName,
    ...(request.runName === undefined ? {} : { runName: request.runName }),
    tags: request.tags,
    params: request.capture.params
      ? plannedParams(request.params, found.source.args, request.workingDir)
      : Promise.resolve(request.params),
    contextTags: processTags(found.source, command, request.workingDir, request.env, tagLimit),
    gitTags: found.git.then(state => gitTags(state, tagLimit)),
    userId: userName(request.env),
    startTimeMs: found.startTimeMs,
  };
}

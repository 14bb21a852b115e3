import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Logger } from '../base/logger';
import type { KeyValue, Run } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import { BackgroundWork } from './backgroundWork';
import { plannedParams } from './capture/plannedParams';
import { childEnvironment } from './childEnvironment';
import type { ErrorPlace } from './console/errorFinder';
import { sourceFiles, type SourceFile } from './code/sourceFiles';
import { commandText } from './commandText';
import { gitTags, processTags, userName } from './contextTags';
import { environmentRecord } from './environment/environmentRecord';
import { readGitState, type GitState } from './git/gitState';
import { startProcess, startSession } from './process/startProcess';
import type { ProcessEnd } from './process/supervisedProcess';
import { Recording } from './recording';
import { reportFailure } from './reportFailure';
import { isNotebook, prepareNotebook } from './notebook';
import { findScriptSource, type ScriptSource } from './scriptSource';
import { TrackedRunStore, type RunPlan } from './trackedRunStore';

export interface LaunchRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Without it the name of the working directory. A script that sets an experiment itself wins. */
  readonly experimentName?: string;
  readonly runName?: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly capture: CaptureOptions;
  /** See `childEnvironment`. */
  readonly autologFolder?: string;
  /** Path of `run_notebook.py`. */
  readonly notebookRunner: string;
  /** Somebody else runs the command and tells about it, see `SessionProcess`. */
  readonly isSession: boolean;
}

/** What is recorded of a script that does not log it itself. */
export interface CaptureOptions {
  /** Params from the command line and the configuration files that it names. */
  readonly params: boolean;
  /** Metrics from the output. */
  readonly metrics: boolean;
  /** Patterns of the person's own, see `OutputMetrics`. */
  readonly metricPatterns: readonly string[];
  /** ms between two samples of the machine's load; 0: none. */
  readonly systemMetricsMs: number;
  /** Names of environment variables to record, `*` at the end for any rest. */
  readonly environmentVariables: readonly string[];
}

/** What a launch needs of the layers that it may not know. */
export interface LaunchServices {
  readonly store: TrackingStore;
  readonly logger: Logger;
  /** Characters that every server behind this store takes as a tag's value. */
  readonly tagLimit: number;
  /** Serves a store on the loopback interface, to holders of the token only. */
  serve(store: TrackingStore, token: string): Promise<ScriptServer>;
  writeArtifact(run: Run, artifactPath: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
  deleteArtifact(run: Run, artifactPath: string): Promise<void>;
}

export interface ScriptServer {
  readonly url: string;
  /** Makes ready what is otherwise made ready at the first request. */
  load(): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchResult {
  /** The script's own; 128 + n for signal n; 126 or 127 when it could not be started, as in a shell. */
  readonly exitCode: number;
  /** As it ended; absent when the script could not be started, only resumed runs, or the store failed. */
  readonly run?: Run;
  /** Where the script failed, where it has told so. */
  readonly error?: ErrorPlace;
}

/** ms between SIGTERM and SIGKILL. */
const GRACE_MS = 10_000;
/** A script that runs for so many ms shows that it runs, also when it prints nothing. */
const SETTLED_MS = 2_000;

/**
 * Runs a command as a tracked run: serves the store to it, records where its code comes from, and brings each of its runs
 * to the end that the process came to. What the script does with MLflow is its own affair; no failure of the recording
 * stops it.
 *
 * When this process itself is killed, nothing is left to end the run: others notice by its heartbeat, see `signOfLife`.
 *
 * Throws a `TrackingError`, before anything is started, when the store cannot take runs.
 */
export async function launch(
  request: LaunchRequest,
  services: LaunchServices,
): Promise<LaunchResult> {
  const { logger } = services;
  const startTimeMs = Date.now();
  const source = findScriptSource(request.command, request.args, request.workingDir);
  const git = readGitState({
    source: source.file ?? request.workingDir,
    sourceIsFile: source.file !== undefined,
    env: request.env,
    logger,
  });
  const experimentName = await usableExperiment(request, services.store, logger);
  const notebook = await prepareNotebook(
    request.command,
    request.args,
    source,
    request.notebookRunner,
  );
  const background = new BackgroundWork(logger);
  const recording = new Recording({
    ...services,
    background,
    workingDir: request.workingDir,
    env: request.env,
    metricPatterns: request.capture.metrics ? request.capture.metricPatterns : undefined,
    systemMetricsMs: request.capture.systemMetricsMs,
    patch: git.then(state => state?.patch),
    environment: environmentOf(request, logger),
    code: codeOf(source, git, request.workingDir, logger),
    result: () => notebook?.result(),
  });
  const tracked = new TrackedRunStore(services.store, {
    logger,
    plan: {
      ...planOf(request, { source, git, experimentName, startTimeMs }, services.tagLimit),
      heartbeatTag: () => recording.heartbeatTag(),
    },
    onTracked: run => recording.keepIn(run),
    beforeEnd: () => recording.finish(),
  });
  recording.recordTo(tracked);
  const token = randomBytes(32).toString('base64url');
  const server = await services.serve(tracked, token);
  const onLife = await runMaker(source, tracked, background);
  let end: ProcessEnd;
  try {
    end = await runProcess(
      { ...request, args: notebook?.args ?? request.args },
      {
        env: childEnvironment({
          inherited: request.env,
          trackingUri: server.url,
          token,
          command: request.command,
          experimentName,
          userName: userName(request.env),
          hasCredentialsFile: existsSync(path.join(homedir(), '.mlflow', 'credentials')),
          autologFolder: request.autologFolder,
          notebook: isNotebook(source.file) ? source.name : undefined,
          isNotebookRunner: notebook !== undefined,
        }),
        onLife,
        onSettled: () => {
          onLife();
          // Short scripts that do without are not kept waiting; a long one may outlive an update that removes our files.
          background.start('load the server', () => server.load());
        },
        recording,
        logger,
      },
    );
  } catch (error) {
    const { exitCode, reason } = startFailure(error);
    logger.warn(`Cannot start ${request.command}: ${reason}.`);
    return { exitCode };
  } finally {
    await server.close();
  }
  const run = await tracked.settle(end, end.endedAtMs);
  await background.finished();
  await notebook?.dispose();
  const error = end.outcome === 'FAILED' ? recording.errorPlace() : undefined;
  return {
    exitCode: end.exitCode,
    ...(run === undefined ? {} : { run }),
    ...(error === undefined ? {} : { error }),
  };
}

function planOf(
  request: LaunchRequest,
  found: {
    readonly source: ScriptSource;
    readonly git: Promise<GitState | undefined>;
    readonly experimentName: string;
    readonly startTimeMs: number;
  },
  tagLimit: number,
): Omit<RunPlan, 'heartbeatTag'> {
  const command = commandText(request.command, request.args);
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

/** Never rejects: a script runs without it. */
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

/** Where the repository does not tell what ran, the files themselves do. Never rejects. */
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

/** Rejects with Node's error when the process cannot be started. */
async function runProcess(
  request: LaunchRequest,
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly recording: Recording;
    /** Called at every sign of life of the script. */
    readonly onLife: () => void;
    /** Called once when it has run for a while. */
    readonly onSettled: () => void;
    readonly logger: Logger;
  },
): Promise<ProcessEnd> {
  const start = request.isSession ? startSession : startProcess;
  const child = await start(
    {
      command: request.command,
      args: request.args,
      cwd: request.workingDir,
      env: options.env,
      graceMs: GRACE_MS,
      onOutput: (chunk, stream) => {
        options.recording.output(chunk, stream);
        options.onLife();
      },
    },
    options.logger,
  );
  options.recording.started(child);
  const settled = setTimeout(options.onSettled, SETTLED_MS);
  try {
    return await child.ended();
  } finally {
    clearTimeout(settled);
  }
}

/**
 * The experiment for runs that name none. Asking also shows, before hours of training, that the store can be reached.
 * A deleted experiment takes no runs; one that was asked for is an error, the folder's is passed over.
 */
async function usableExperiment(
  request: LaunchRequest,
  store: TrackingStore,
  logger: Logger,
): Promise<string> {
  const name = request.experimentName ?? (path.basename(request.workingDir) || 'Default');
  try {
    const { lifecycleStage } = await store.getExperimentByName(name);
    if (lifecycleStage === 'active') {
      return name;
    }
  } catch (error) {
    if (TrackingError.is(error, 'RESOURCE_DOES_NOT_EXIST')) {
      return name;
    }
    throw error;
  }
  if (request.experimentName !== undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      `The experiment ${name} is deleted: restore it or choose another with --experiment.`,
    );
  }
  logger.warn(`The experiment ${name} is deleted, runs go to the experiment Default.`);
  return 'Default';
}

/**
 * A script that never touches MLflow gets its run as soon as it shows life. One that speaks of MLflow will make its own,
 * most likely in an experiment of its own, and gets one only if it has none at its end.
 * @returns a function to call at every sign of life
 */
async function runMaker(
  source: ScriptSource,
  store: TrackedRunStore,
  background: BackgroundWork,
): Promise<() => void> {
  let wanted = !(await mentionsMlflow(source.file));
  return () => {
    if (wanted) {
      wanted = false;
      background.start('make the run', () => store.ensureRun());
    }
  };
}

async function mentionsMlflow(file: string | undefined): Promise<boolean> {
  if (file === undefined) {
    return false;
  }
  try {
    return /mlflow/i.test(await readFile(file, 'utf8'));
  } catch {
    // Unreadable for us: the run is made in time or taken over, either way it exists once.
    return false;
  }
}

function startFailure(error: unknown): { exitCode: number; reason: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return { exitCode: 127, reason: 'there is no such command' };
  }
  if (code === 'EACCES') {
    return { exitCode: 126, reason: 'the file is not executable' };
  }
  return { exitCode: 126, reason: error instanceof Error ? error.message : String(error) };
}

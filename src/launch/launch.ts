import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Logger } from '../base/logger';
import type { Run } from '../tracking/entities';
import { BackgroundWork } from './backgroundWork';
import { childEnvironment } from './childEnvironment';
import { circumstancesOf } from './circumstances';
import type { ErrorPlace } from './console/errorFinder';
import { userName } from './contextTags';
import { readGitState } from './git/gitState';
import type { LaunchRequest } from './launchRequest';
import type { LaunchServices } from './launchServices';
import { isNotebook, prepareNotebook } from './notebook';
import { startProcess, startSession } from './process/startProcess';
import type { ProcessEnd } from './process/supervisedProcess';
import { Recording } from './recording';
import { runMaker } from './runMaker';
import { planOf } from './runPlan';
import { findScriptSource } from './scriptSource';
import { TrackedRunStore } from './trackedRunStore';
import { usableExperiment } from './usableExperiment';

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
    ...circumstancesOf(request, source, git, logger),
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
    await notebook?.dispose();
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

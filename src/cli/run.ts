import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactRepository } from '../artifacts/artifactRepository';
import { openRepository } from '../artifacts/openRepository';
import { installedMlflowVersion } from '../launch/installedMlflow';
import { launch, type LaunchResult } from '../launch/launch';
import type { LaunchServices } from '../launch/launchServices';
import { isNotebook, notebookPython } from '../launch/notebook';
import { defaultTrackingUri } from '../stores/defaultTrackingUri';
import { openStore, remoteOf } from '../stores/openStore';
import type { Run } from '../tracking/entities';
import type { TrackingStore } from '../tracking/trackingStore';
import { LIMITS } from '../tracking/validation';
import { cacheFolder } from './cacheFolder';
import { parseRunArguments, RUN_USAGE, type RunArguments } from './runArguments';
import { sayFailure } from './sayFailure';
import { serveStore } from './serveStore';
import { waitForKey } from './waitForKey';
import { stderrLogger, writeLine } from './writers';

/** Where our servers keep `mlflow-artifacts:/` of stores without a server, below the working directory. */
const ARTIFACTS_DESTINATION = 'mlartifacts';
/** `dist/python`, beside this program's folder. */
const PYTHON_FOLDER = fileURLToPath(new URL('../python', import.meta.url));
/** Of servers before MLflow 2.17, which may refuse a longer value instead of cutting it. */
const OLD_SERVER_TAG_LIMIT = 5_000;

/** `mlflow-tracker run`: @returns the command's own exit code */
export async function run(argv: readonly string[]): Promise<number> {
  const args = parseRunArguments(argv);
  if (args.help) {
    process.stdout.write(RUN_USAGE);
    return 0;
  }
  if (args.keepOpenFolder === undefined) {
    return await track(args);
  }
  // The terminal closes with this process, so what went wrong has to be told before the wait.
  const exitCode = await track(args).catch(sayFailure);
  await waitForKey(args.keepOpenFolder);
  return exitCode;
}

async function track(args: RunArguments): Promise<number> {
  const { env } = process;
  const logger = stderrLogger();
  const storeDir = process.cwd();
  const commandDir = path.resolve(storeDir, args.cwd ?? '.');
  const [command, ...commandArgs] = await startable(args, commandDir);
  const trackingUri = args.trackingUri ?? (await defaultTrackingUri(storeDir, env));
  const store = await openStore(trackingUri, {
    logger,
    workingDir: storeDir,
    env,
    cacheFolder: cacheFolder(env),
    createSchemaFor: await installedMlflowVersion(command, commandDir, env),
  });
  try {
    const result = await launch(
      {
        ...args,
        command,
        args: commandArgs,
        workingDir: commandDir,
        env,
        notebookRunner: path.join(PYTHON_FOLDER, 'run_notebook.py'),
        ...(args.autolog ? { autologFolder: PYTHON_FOLDER } : {}),
      },
      { store, logger, ...servicesFor(store, storeDir, logger) },
    );
    await sayGoodbye(args, store, result);
    return result.exitCode;
  } finally {
    await store.close();
  }
}

/** The command; a notebook alone gets the Python of its folder. */
async function startable(
  { command, args }: RunArguments,
  commandDir: string,
): Promise<[string, ...string[]]> {
  return isNotebook(command)
    ? [await notebookPython(commandDir, process.env), command, ...args]
    : [command, ...args];
}

function servicesFor(
  store: TrackingStore,
  workingDir: string,
  logger: LaunchServices['logger'],
): Omit<LaunchServices, 'store' | 'logger'> {
  const remote = remoteOf(store);
  const repositoryOf = ({ info }: Run): Promise<ArtifactRepository> =>
    openRepository(info.artifactUri, {
      workingDir,
      destination: ARTIFACTS_DESTINATION,
      remote,
      logger,
    });
  return {
    tagLimit: remote === undefined ? LIMITS.tagValue : OLD_SERVER_TAG_LIMIT,
    serve: (served, token) =>
      serveStore(served, {
        host: '127.0.0.1',
        port: 0,
        guard: { token },
        remote,
        workingDir,
        artifactsDestination: ARTIFACTS_DESTINATION,
        logger,
      }),
    writeArtifact: async (run, artifactPath, content) => {
      const repository = await repositoryOf(run);
      await repository.write(artifactPath, new Blob([content]).stream());
    },
    deleteArtifact: async (run, artifactPath) => {
      const repository = await repositoryOf(run);
      await repository.delete(artifactPath);
    },
  };
}

/**
 * In a terminal a person wants to know where the script failed and where the run is; elsewhere the output is the command's
 * alone. The problem matcher of the manifest reads the first line.
 */
async function sayGoodbye(
  args: RunArguments,
  store: TrackingStore,
  { run, error }: LaunchResult,
): Promise<void> {
  if (!process.stderr.isTTY) {
    return;
  }
  const from = args.keepOpenFolder === undefined ? 'mlflow-tracker: ' : '';
  if (error !== undefined) {
    const { file, line, column, message } = error;
    const place = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
    writeLine(process.stderr, `${from}error at ${place}: ${message}`);
  }
  if (run === undefined) {
    return;
  }
  const { runName, status, experimentId } = run.info;
  const { name } = await store.getExperiment(experimentId);
  writeLine(process.stderr, `${from}run ${runName} ${status}, in experiment ${name}`);
}

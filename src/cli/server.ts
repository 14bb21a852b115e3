import type { Disposable } from '../base/disposable';
import { mlflowVersionOf } from '../launch/installedMlflow';
import { defaultTrackingUri } from '../stores/defaultTrackingUri';
import { openStore, remoteOf } from '../stores/openStore';
import { TrackingError } from '../tracking/trackingError';
import { cacheFolder } from './cacheFolder';
import { parseServerArguments, SERVER_USAGE } from './serverArguments';
import { serveStore } from './serveStore';
import { stderrLogger, writeLine } from './writers';

/** `mlflow-tracker server`: runs until SIGINT, SIGTERM or, when asked to, the end of stdin. @returns the exit code */
export async function server(argv: readonly string[]): Promise<number> {
  const args = parseServerArguments(argv);
  if (args.help) {
    process.stdout.write(SERVER_USAGE);
    return 0;
  }
  const { env } = process;
  const workingDir = process.cwd();
  const logger = stderrLogger();
  const token = tokenFrom(args.tokenVariable, env);
  const beyondLoopback = !isLoopback(args.host);
  if (beyondLoopback && token === undefined) {
    logger.warn(
      `Everyone who reaches ${args.host} can read and write this store; --token-env asks for a token.`,
    );
  }
  // Watched before anything is open, so that no signal is lost.
  const end = watchForEnd(args.exitWithStdin);
  try {
    const trackingUri = args.trackingUri || (await defaultTrackingUri(workingDir, env));
    const store = await openStore(trackingUri, {
      logger,
      workingDir,
      env,
      artifactRoot: args.artifactRoot,
      cacheFolder: cacheFolder(env),
      createSchemaFor: await mlflowVersionOf(workingDir, env),
    });
    try {
      const listener = await serveStore(store, {
        host: args.host,
        port: args.port,
        guard: { token, allowedHosts: args.allowedHosts, beyondLoopback },
        remote: remoteOf(store),
        workingDir,
        artifactsDestination: args.artifactsDestination,
        logger,
      });
      writeLine(process.stdout, `listening on ${listener.url}`);
      await end.reached;
      await listener.close();
    } finally {
      await store.close();
    }
  } finally {
    end.dispose();
  }
  return 0;
}

/** The token leaves the environment, so that no child process inherits it. */
function tokenFrom(variable: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (variable === undefined) {
    return undefined;
  }
  const token = env[variable];
  if (!token) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `--token-env names ${variable}, which is not set in the environment.`,
    );
  }
  delete env[variable];
  return token;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function watchForEnd(withStdin: boolean): Disposable & { readonly reached: Promise<void> } {
  const reached = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    if (withStdin) {
      process.stdin.once('end', () => resolve());
      process.stdin.once('error', () => resolve());
      process.stdin.resume();
    }
  });
  return {
    reached,
    dispose() {
      if (withStdin) {
        // Open, it would keep the process alive.
        process.stdin.destroy();
      }
    },
  };
}

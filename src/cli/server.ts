import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { mlflowVersionOf } from '../launch/installedMlflow';
import type { GuardOptions } from '../server/guard';
import { defaultTrackingUri } from '../stores/defaultTrackingUri';
import { openStore, remoteOf } from '../stores/openStore';
import { TrackingError } from '../tracking/trackingError';
import type { TrackingStore } from '../tracking/trackingStore';
import { cacheFolder } from './cacheFolder';
import { parseServerArguments, SERVER_USAGE, type ServerArguments } from './serverArguments';
import { serveStore } from './serveStore';
import { stderrLogger, writeLine } from './writers';

/** `mlflow-tracker server`: runs until SIGINT, SIGTERM or, when asked to, the end of stdin. @returns the exit code */
export async function server(argv: readonly string[]): Promise<number> {
  const { env } = process;
  const args = parseServerArguments(argv, env);
  if (args.help) {
    process.stdout.write(SERVER_USAGE);
    return 0;
  }
  const logger = stderrLogger();
  const guard = guardOf(args, env);
  for (const warning of [...args.warnings, ...exposureOf(args, guard)]) {
    logger.warn(warning);
  }
  // Watched before anything is open, so that no signal is lost.
  const end = watchForEnd(args.exitWithStdin);
  try {
    const store = args.artifactsOnly ? undefined : await openArguedStore(args, env, logger);
    try {
      const listener = await serveStore(store, {
        host: args.host,
        port: args.port,
        guard,
        remote: store && remoteOf(store),
        workingDir: process.cwd(),
        artifactsDestination: args.artifactsDestination,
        serveArtifacts: args.serveArtifacts,
        logger,
      });
      writeLine(process.stdout, `listening on ${listener.url}`);
      await end.reached;
      await listener.close();
    } finally {
      await store?.close();
    }
  } finally {
    end.dispose();
  }
  return 0;
}

async function openArguedStore(
  args: ServerArguments,
  env: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<TrackingStore> {
  const workingDir = process.cwd();
  return openStore(args.trackingUri ?? (await defaultTrackingUri(workingDir, env)), {
    logger,
    workingDir,
    env,
    artifactRoot: args.artifactRoot,
    cacheFolder: cacheFolder(env),
    createSchemaFor: await mlflowVersionOf(workingDir, env),
  });
}

function guardOf(args: ServerArguments, env: NodeJS.ProcessEnv): GuardOptions {
  const { tokenVariable, loginVariables: names } = args;
  return {
    token: tokenVariable && secretFrom(env, '--token-env', tokenVariable),
    login: names && {
      username: secretFrom(env, '--username-env', names.username),
      password: secretFrom(env, '--password-env', names.password),
    },
    allowedHosts: args.allowedHosts,
    allowedOrigins: args.allowedOrigins,
    beyondLoopback: !isLoopback(args.host),
  };
}

/** What a person should know who opens the server further than to this machine. */
function exposureOf(args: ServerArguments, guard: GuardOptions): readonly string[] {
  const isOpen = guard.token === undefined && guard.login === undefined;
  return [
    ...(isOpen && guard.beyondLoopback === true
      ? [
          `Everyone who reaches ${args.host} can read and write this store; --token-env asks for a token.`,
        ]
      : []),
    ...(args.allowedHosts.includes('*')
      ? ['With --allowed-hosts * web pages can reach this server through DNS rebinding.']
      : []),
    ...(args.allowedOrigins.includes('*')
      ? ['With --cors-allowed-origins * every web page can read and write this store.']
      : []),
  ];
}

/** A secret leaves the environment, so that no child process inherits it. */
function secretFrom(env: NodeJS.ProcessEnv, option: string, variable: string): string {
  const secret = env[variable];
  if (!secret) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${option} names ${variable}, which is not set in the environment.`,
    );
  }
  delete env[variable];
  return secret;
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

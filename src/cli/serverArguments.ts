import { parseArgs } from 'node:util';
import { TrackingError } from '../tracking/trackingError';
import { checkForeignOptions, FOREIGN_OPTIONS } from './foreignServerOptions';

export const SERVER_USAGE = `Usage: mlflow-tracker server [OPTION]...

Serves a store as an MLflow tracking server. The first line on stdout, when ready, is its address:
listening on http://127.0.0.1:PORT

Options mean what they mean for mlflow server; in brackets the environment variable that stands in for one.

Store and artifacts
  --backend-store-uri URI       a folder, sqlite:///FILE, postgresql://…, mysql://…, mssql://… or http(s)://HOST
  --tracking-uri URI            the same. Default: MLFLOW_TRACKING_URI, else mlruns or mlflow.db in this folder, else a
                                new mlflow.db  [MLFLOW_BACKEND_STORE_URI]
  --default-artifact-root URI   where artifacts of new experiments go; default: mlflow-artifacts:/, through this server
  --artifact-root URI           the same  [MLFLOW_DEFAULT_ARTIFACT_ROOT]
  --artifacts-destination URI   where this server keeps mlflow-artifacts:/; default: ./mlartifacts
                                [MLFLOW_ARTIFACTS_DESTINATION]
  --no-serve-artifacts          do not serve mlflow-artifacts:/; new experiments then keep their artifacts beside the
                                store  [MLFLOW_SERVE_ARTIFACTS=false]
  --artifacts-only              serve artifacts and nothing else  [MLFLOW_ARTIFACTS_ONLY]

Network
  -h, --host HOST               default: 127.0.0.1  [MLFLOW_HOST]
  -p, --port PORT               default: 5000; 0 takes any free one  [MLFLOW_PORT]

Who may call
  --token-env NAME              the environment variable with the token that callers must send, as bearer token or as
                                password
  --username-env NAME           the environment variables with the user name and the password that callers must send by
  --password-env NAME           HTTP Basic; without them and a token the server is open to everyone who reaches it
  --allowed-hosts NAMES         further host names, by commas, that the server answers to; * stands for anything in a
                                name  [MLFLOW_SERVER_ALLOWED_HOSTS]
  --cors-allowed-origins URLS   origins of web pages, by commas and with * as above, that may call; default: none
                                [MLFLOW_SERVER_CORS_ALLOWED_ORIGINS]

  --exit-with-stdin             end when stdin ends, as it does when the parent process dies
  --help
`;

export interface ServerArguments {
  readonly help: boolean;
  readonly trackingUri: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly tokenVariable: string | undefined;
  readonly loginVariables: { readonly username: string; readonly password: string } | undefined;
  /** Absent: beside the store, as the store's kind has it. */
  readonly artifactRoot: string | undefined;
  readonly artifactsDestination: string;
  readonly serveArtifacts: boolean;
  readonly artifactsOnly: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly exitWithStdin: boolean;
  /** One sentence each, about options of `mlflow server` that do nothing here. */
  readonly warnings: readonly string[];
}

/** Reads what follows `mlflow-tracker server`. Throws a `TrackingError` whose message says what is wrong. */
export function parseServerArguments(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): ServerArguments {
  const values = readOptions(argv);
  const serveArtifacts = values['serve-artifacts'] ?? flagOf(env, 'MLFLOW_SERVE_ARTIFACTS') ?? true;
  const artifactsOnly = values['artifacts-only'] ?? flagOf(env, 'MLFLOW_ARTIFACTS_ONLY') ?? false;
  if (artifactsOnly && !serveArtifacts) {
    throw usage('--artifacts-only and --no-serve-artifacts leave nothing to serve.');
  }
  return {
    help: values.help === true,
    trackingUri:
      oneOf(values, 'backend-store-uri', 'tracking-uri') ??
      (env['MLFLOW_BACKEND_STORE_URI'] || undefined),
    host: values.host ?? (env['MLFLOW_HOST'] || '127.0.0.1'),
    port: portOf(values.port ?? (env['MLFLOW_PORT'] || '5000')),
    tokenVariable: values['token-env'],
    loginVariables: loginOf(values['username-env'], values['password-env']),
    artifactRoot:
      (oneOf(values, 'default-artifact-root', 'artifact-root') ??
        env['MLFLOW_DEFAULT_ARTIFACT_ROOT']) ||
      (serveArtifacts ? 'mlflow-artifacts:/' : undefined),
    artifactsDestination:
      values['artifacts-destination'] ?? (env['MLFLOW_ARTIFACTS_DESTINATION'] || 'mlartifacts'),
    serveArtifacts,
    artifactsOnly,
    allowedHosts: listOf(values['allowed-hosts'] ?? env['MLFLOW_SERVER_ALLOWED_HOSTS']),
    allowedOrigins: listOf(
      values['cors-allowed-origins'] ?? env['MLFLOW_SERVER_CORS_ALLOWED_ORIGINS'],
    ),
    exitWithStdin: values['exit-with-stdin'] === true,
    warnings: checkForeignOptions(values),
  };
}

const OPTIONS = {
  ...FOREIGN_OPTIONS,
  'backend-store-uri': { type: 'string' },
  'tracking-uri': { type: 'string' },
  'default-artifact-root': { type: 'string' },
  'artifact-root': { type: 'string' },
  'artifacts-destination': { type: 'string' },
  'serve-artifacts': { type: 'boolean' },
  'artifacts-only': { type: 'boolean' },
  host: { type: 'string', short: 'h' },
  port: { type: 'string', short: 'p' },
  'token-env': { type: 'string' },
  'username-env': { type: 'string' },
  'password-env': { type: 'string' },
  'allowed-hosts': { type: 'string' },
  'cors-allowed-origins': { type: 'string' },
  'exit-with-stdin': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: withJoinedValues(argv),
      allowNegative: true,
      options: OPTIONS,
    });
    return values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `${reason} See mlflow-tracker server --help.`,
      { cause: error },
    );
  }
}

/** An option takes the next argument whatever it looks like, as in `--gunicorn-opts "--timeout 9"` of MLflow's command line. */
function withJoinedValues(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const value = argv[index + 1];
    if (value !== undefined && TAKING_VALUES.has(argument)) {
      joined.push(`${argument}=${value}`);
      index += 1;
    } else {
      joined.push(argument);
    }
  }
  return joined;
}

const TAKING_VALUES = new Set(
  Object.entries(OPTIONS).flatMap(([name, { type }]) => (type === 'string' ? [`--${name}`] : [])),
);

/** The value of an option that has two names. */
function oneOf<Name extends string>(
  values: Readonly<Partial<Record<Name, string>>>,
  name: Name,
  otherName: Name,
): string | undefined {
  const value = values[name];
  const other = values[otherName];
  if (value !== undefined && other !== undefined && value !== other) {
    throw usage(`--${name} and --${otherName} are one option and cannot have two values.`);
  }
  return (value ?? other) || undefined;
}

function loginOf(username: string | undefined, password: string | undefined) {
  if ((username === undefined) !== (password === undefined)) {
    throw usage('--username-env and --password-env go together.');
  }
  return username === undefined || password === undefined ? undefined : { username, password };
}

/** As MLflow's command line reads a flag from the environment. */
function flagOf(env: NodeJS.ProcessEnv, name: string): boolean | undefined {
  const text = env[name]?.trim().toLowerCase();
  if (!text) {
    return undefined;
  }
  if (['1', 'true', 't', 'yes', 'y', 'on'].includes(text)) {
    return true;
  }
  if (['0', 'false', 'f', 'no', 'n', 'off'].includes(text)) {
    return false;
  }
  throw usage(`${name} must be true or false, not ${JSON.stringify(env[name])}.`);
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) {
    throw usage(`--port must be a number from 0 to 65535, not ${JSON.stringify(text)}.`);
  }
  return port;
}

function usage(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', message);
}

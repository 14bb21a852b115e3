import { parseArgs } from 'node:util';
import { TrackingError } from '../tracking/trackingError';

export const SERVER_USAGE = `Usage: mlflow-tracker server [OPTION]...

Serves a store as an MLflow tracking server. The first line on stdout, when ready, is its address:
listening on http://127.0.0.1:PORT

  --tracking-uri URI            a folder, sqlite:///FILE, postgresql://…, mysql://… or http(s)://HOST; default:
                                MLFLOW_TRACKING_URI, else mlruns or mlflow.db in this folder, else a new mlflow.db
  --host HOST                   default: 127.0.0.1
  --port PORT                   default: 5000; 0 takes any free one
  --token-env NAME              the environment variable with the token that callers must send, as bearer token or as
                                password; without it the server is open to everyone who reaches it
  --artifact-root URI           where artifacts of new experiments go; default: mlflow-artifacts:/, through this server
  --artifacts-destination PATH  where this server keeps mlflow-artifacts:/; default: ./mlartifacts
  --allowed-hosts NAMES         further host names, by commas, that the server answers to
  --exit-with-stdin             end when stdin ends, as it does when the parent process dies
  --help
`;

export interface ServerArguments {
  readonly help: boolean;
  readonly trackingUri: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly tokenVariable: string | undefined;
  readonly artifactRoot: string;
  readonly artifactsDestination: string;
  readonly allowedHosts: readonly string[];
  readonly exitWithStdin: boolean;
}

/** Reads what follows `mlflow-tracker server`. Throws a `TrackingError` whose message says what is wrong. */
export function parseServerArguments(argv: readonly string[]): ServerArguments {
  const values = readOptions(argv);
  return {
    help: values.help === true,
    trackingUri: values['tracking-uri'],
    host: values.host ?? '127.0.0.1',
    port: portOf(values.port ?? '5000'),
    tokenVariable: values['token-env'],
    artifactRoot: values['artifact-root'] ?? 'mlflow-artifacts:/',
    artifactsDestination: values['artifacts-destination'] ?? 'mlartifacts',
    allowedHosts: values['allowed-hosts']?.split(',').filter(name => name !== '') ?? [],
    exitWithStdin: values['exit-with-stdin'] === true,
  };
}

function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'tracking-uri': { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'token-env': { type: 'string' },
        'artifact-root': { type: 'string' },
        'artifacts-destination': { type: 'string' },
        'allowed-hosts': { type: 'string' },
        'exit-with-stdin': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
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

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `--port must be a number from 0 to 65535, not ${JSON.stringify(text)}.`,
    );
  }
  return port;
}

import { TrackingError } from '../tracking/trackingError';

/** What an option of `mlflow server` that is not ours does here. */
type Effect =
  /** Nothing is lost by leaving it out: it is accepted with this sentence. */
  | { readonly ignored: string }
  /** Leaving it out would give people less than they rely on: the server does not start. */
  | { readonly refused: string };

const OWN_PROCESS = 'this server is one process and needs no such option.';
const NO_GATEWAY = 'this server keeps no secrets of a gateway.';
const NO_WORKSPACES = 'workspaces are not supported.';

interface ForeignOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Absent: what is asked for is so anyway. */
  readonly effect?: Effect;
}

/** The options of `mlflow server` 3.17 that have no counterpart here. For `parseArgs`. */
export const FOREIGN_OPTIONS = {
  workers: { type: 'string', short: 'w', effect: { ignored: OWN_PROCESS } },
  'gunicorn-opts': { type: 'string', effect: { ignored: OWN_PROCESS } },
  'waitress-opts': { type: 'string', effect: { ignored: OWN_PROCESS } },
  'uvicorn-opts': { type: 'string', effect: { ignored: OWN_PROCESS } },
  dev: { type: 'boolean', effect: { ignored: OWN_PROCESS } },
  'x-frame-options': {
    type: 'string',
    effect: { ignored: 'this server has no pages that could be framed.' },
  },
  'secrets-cache-ttl': { type: 'string', effect: { ignored: NO_GATEWAY } },
  'secrets-cache-max-size': { type: 'string', effect: { ignored: NO_GATEWAY } },
  'registry-store-uri': {
    type: 'string',
    effect: { ignored: 'there is no model registry here yet.' },
  },
  'workspace-store-uri': { type: 'string', effect: { ignored: NO_WORKSPACES } },
  'trace-archival-config': { type: 'string', effect: { ignored: 'there are no traces here yet.' } },
  'read-replica-backend-store-uri': {
    type: 'string',
    effect: { ignored: 'everything is read from --backend-store-uri.' },
  },
  'expose-prometheus': {
    type: 'string',
    effect: { ignored: 'there is no /metrics; GET /health tells about the store.' },
  },
  'static-prefix': {
    type: 'string',
    effect: {
      refused: 'let the reverse proxy take the prefix off, and give clients the address with it.',
    },
  },
  'app-name': {
    type: 'string',
    effect: {
      refused:
        'there is no user database; --username-env and --password-env, or --token-env, ask callers for one login.',
    },
  },
  'enable-workspaces': { type: 'boolean', effect: { refused: NO_WORKSPACES } },
  'disable-workspaces': { type: 'boolean' },
  'disable-security-middleware': {
    type: 'boolean',
    effect: {
      refused:
        'name who may call with --allowed-hosts and --cors-allowed-origins instead; * is any.',
    },
  },
} as const satisfies Readonly<Record<string, ForeignOption>>;

/** @returns a sentence for each option that is given and does nothing. Throws for one that must not be left out. */
export function checkForeignOptions(values: Readonly<Record<string, unknown>>): readonly string[] {
  const given = Object.entries<ForeignOption>(FOREIGN_OPTIONS).filter(
    ([name]) => values[name] !== undefined && values[name] !== false,
  );
  return given.flatMap(([name, { effect }]) => {
    if (effect === undefined) {
      return [];
    }
    if ('refused' in effect) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        `--${name} is not offered: ${effect.refused}`,
      );
    }
    return [`--${name} is ignored: ${effect.ignored}`];
  });
}

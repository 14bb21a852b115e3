/** Why a request got no answer. */
export type HttpFailure =
  'refused' | 'dns' | 'tls' | 'timeout' | 'reset' | 'unreachable' | 'badUrl';

/** A request that got no answer at all. `message` is one plain sentence that names cause and way out. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly failure: HttpFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Node's codes and Chromium's names (`net::ERR_…`, which the fetch of VS Code may report), most telling first. */
const PATTERNS: readonly (readonly [HttpFailure, RegExp])[] = [
  [
    'timeout',
    /ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ERR_(CONNECTION_)?TIMED_OUT|TimeoutError/,
  ],
  ['refused', /ECONNREFUSED|ERR_CONNECTION_REFUSED/],
  ['dns', /ENOTFOUND|EAI_AGAIN|EAI_NONAME|ERR_NAME_NOT_RESOLVED/],
  [
    'tls',
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_|ERR_TLS|ERR_SSL|ERR_CERT|EPROTO|certificate|wrong version number/,
  ],
  [
    'reset',
    /ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_CONNECTION_(RESET|CLOSED)|ERR_EMPTY_RESPONSE|other side closed/,
  ],
  ['badUrl', /ERR_INVALID_URL|Failed to parse URL|bad port|unknown scheme/],
];

/** Explains what `fetch` threw for `url`, which must hold no credentials. */
export function explainFetchFailure(error: unknown, url: string): HttpError {
  const trail = trailOf(error);
  const failure = PATTERNS.find(([, pattern]) => pattern.test(trail))?.[0] ?? 'unreachable';
  return new HttpError(failure, sentence(failure, url, trail), { cause: error });
}

function sentence(failure: HttpFailure, url: string, trail: string): string {
  const { host, hostname } = parts(url);
  switch (failure) {
    case 'refused':
      return `Nothing listens at ${host}: start the tracking server, or correct the host and port.`;
    case 'dns':
      return `The host name ${hostname} is not known: check its spelling, or the network and VPN connection.`;
    case 'tls':
      return tlsSentence(host, trail);
    case 'timeout':
      return `${host} did not answer in time: check the address, the network and any firewall.`;
    case 'reset':
      return `${host} closed the connection without an answer: it may not speak HTTP on this port, or it is restarting.`;
    case 'badUrl':
      return `${url} is not an address that can be opened: write it as http://host:port.`;
    case 'unreachable':
      return `${host} cannot be reached: check the address and the network connection.`;
  }
}

function tlsSentence(host: string, trail: string): string {
  if (/SELF_SIGNED|UNABLE_TO_|ERR_CERT_AUTHORITY_INVALID|self.signed/.test(trail)) {
    return `The certificate of ${host} is self-signed or from an unknown authority: add the authority to the system's trusted certificates.`;
  }
  if (/CERT_HAS_EXPIRED|ERR_CERT_DATE_INVALID/.test(trail)) {
    return `The certificate of ${host} has expired: it must be renewed on the server.`;
  }
  if (/ALTNAME|ERR_CERT_COMMON_NAME_INVALID/.test(trail)) {
    return `The certificate of ${host} is for another host name: use the name that it was made for.`;
  }
  return `No secure connection to ${host} could be made: if the server speaks plain HTTP, use http:// instead of https://.`;
}

function parts(url: string): { host: string; hostname: string } {
  try {
    return new URL(url);
  } catch {
    return { host: url, hostname: url };
  }
}

/** Names, codes and messages of an error, its causes and, of several attempts, each one's. */
function trailOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) {
    return String(error);
  }
  const code = 'code' in error ? String(error.code) : '';
  const several =
    error instanceof AggregateError ? error.errors.map(one => trailOf(one, depth + 1)) : [];
  const cause = error.cause === undefined ? '' : trailOf(error.cause, depth + 1);
  return [error.name, code, error.message, cause, ...several].join(' ');
}

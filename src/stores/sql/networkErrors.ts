import { TrackingError } from '../../tracking/trackingError';

/** What Node.js says when a connection cannot be made, in words; nothing for any other error. */
export function networkError(error: Error, title: string): TrackingError | undefined {
  const code = 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return new TrackingError(
        'TEMPORARILY_UNAVAILABLE',
        `Nothing answers for ${title}: start the server, or correct host and port in the tracking URI.`,
        options,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new TrackingError(
        'TEMPORARILY_UNAVAILABLE',
        `The host of ${title} is not known: correct it in the tracking URI, or check the network.`,
        options,
      );
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNRESET':
      return new TrackingError(
        'TEMPORARILY_UNAVAILABLE',
        `The server of ${title} cannot be reached (${code}): check host, port and network, then try again.`,
        options,
      );
    default:
      return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HANDSHAKE_SSL)/.test(code)
        ? new TrackingError(
            'PERMISSION_DENIED',
            `The TLS connection to ${title} failed: ${error.message}. Name the certificate of its authority in the tracking URI.`,
            options,
          )
        : undefined;
  }
}

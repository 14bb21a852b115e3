/** What the load generator is told to do. */
export interface LoadJob {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  /**
   * Bodies to send, in this order and again from the first; or one with two `#`, of which the first becomes a time in ms
   * and the second a number, both greater with each request.
   */
  readonly bodies: readonly string[] | string;
  /** Connections, each waiting for its answer before the next request. */
  readonly clients: number;
  /** No request begins after so many ms, or when so many have been sent; each client sends one at least. */
  readonly maxMs: number;
  readonly maxRequests: number;
}

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** ms */
  readonly p50: number;
  /** ms */
  readonly p99: number;
  /** ms of processor that the generator itself used for a request. */
  readonly ownCpuMs: number;
  /** The last answer. */
  readonly lastBody: string;
}

export type LoadReply = { readonly load: Load } | { readonly failure: string };

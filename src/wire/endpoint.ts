import type { JsonObject, JsonRecord } from './jsonValue';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Both directions of one message: entities ⇄ the JSON object on the wire. */
export interface Codec<T> {
  /** Ready for `JSON.stringify`. */
  encode(value: T): JsonRecord;
  /** Throws INVALID_PARAMETER_VALUE. */
  decode(record: JsonObject): T;
  /** The JSON text of what `encode` gives, in pieces, for messages that may be larger than one text can be (512 MB). */
  texts?(value: T): Iterable<string>;
}

/**
 * One call of MLflow's REST API: how it is found and what it says. The server mounts it, the REST store calls it, so both
 * speak the same.
 */
export interface Endpoint<Request, Response> {
  /** The first is the one our client uses. */
  readonly methods: readonly [HttpMethod, ...HttpMethod[]];
  /** Below `/api/2.0/mlflow/`; `{name}` is a member of the request that travels in the path. */
  readonly path: string;
  /** Changes nothing, so a client may repeat it. */
  readonly readOnly?: true;
  /** Members that may occur more than once in a query string. */
  readonly queryLists?: readonly string[];
  /** MLflow serves it below `/ajax-api` only. */
  readonly ajaxOnly?: true;
  /** The first MLflow that has it, for the message when a server has not. */
  readonly since?: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

/** The answer `{}`. */
export const NOTHING: Codec<void> = {
  encode: () => ({}),
  decode: () => undefined,
};

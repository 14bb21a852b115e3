import type { HttpClient } from './httpClient';

/**
 * Of one connection, or about who asks here: not for the other server. The length of a body must stay: MLflow's servers
 * take one in chunks for empty.
 */
const OWN_REQUEST_HEADERS =
  /^(host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|authorization|proxy-.*|cookie|origin|referer|sec-.*|accept-encoding)$/i;

/** `fetch` has already decompressed the body; CORS and cookies are for the other server's own pages. */
const OWN_ANSWER_HEADERS =
  /^(connection|keep-alive|transfer-encoding|content-length|content-encoding|trailer|upgrade|set-cookie|access-control-.*)$/i;

/** Sends a request that came in here to the server of `client`, with that server's credentials, and returns its answer. */
export async function forwardRequest(client: HttpClient, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.body !== null;
  const answer = await client.send({
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(without(request.headers, OWN_REQUEST_HEADERS)),
    ...(hasBody && { body: request.body }),
    repeatable: request.method === 'GET',
    signal: request.signal,
    timeoutMs: 3_600_000,
  });
  return new Response(answer.body, {
    status: answer.status,
    headers: without(answer.headers, OWN_ANSWER_HEADERS),
  });
}

function without(headers: Headers, names: RegExp): [string, string][] {
  return [...headers].filter(([name]) => !names.test(name));
}

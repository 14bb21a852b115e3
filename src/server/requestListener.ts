import { getRequestListener } from '@hono/node-server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from './app';

export type RequestListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) => Promise<void>;

/** Answers Node's requests with `app`. The adaptor brings Node's `fetch`, which takes a while to load. */
export function requestListener(app: App): RequestListener {
  const answer = getRequestListener((request, { incoming }) =>
    app.fetch(request, { localPort: 'socket' in incoming ? incoming.socket.localPort : undefined }),
  );
  return async (incoming, outgoing) => {
    await answer(incoming, outgoing);
  };
}

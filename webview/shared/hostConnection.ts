import { RpcConnection, RpcError, type RpcHandlers, type RpcParsers } from '../../src/protocol/rpc';

/** What VS Code gives a webview's page, once. */
interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

type Methods<T> = { [K in keyof T]: (payload: never) => unknown };

export interface HostLink<Local extends Methods<Local>, Remote extends Methods<Remote>> {
  readonly host: RpcConnection<Local, Remote>;
  /** Survives hiding the tab and, with the panel's serializer, a reload of the window. */
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

/** Opens the conversation with the extension host. Call it once a page. */
export function connectHost<Local extends Methods<Local>, Remote extends Methods<Remote>>(
  handlers: RpcHandlers<Local>,
  parsers: RpcParsers<Local>,
): HostLink<Local, Remote> {
  const api = acquireVsCodeApi();
  const host = new RpcConnection<Local, Remote>(
    {
      post: (message, transfer) => api.postMessage(message, transfer),
      listen(listener) {
        const onMessage = (event: MessageEvent<unknown>) => listener(event.data);
        window.addEventListener('message', onMessage);
        return { dispose: () => window.removeEventListener('message', onMessage) };
      },
    },
    {
      handlers,
      parsers,
      describeError: error => ({ code: 'INTERNAL_ERROR', message: messageOf(error) }),
    },
  );
  return {
    host,
    getState: () => api.getState(),
    setState: state => api.setState(state),
  };
}

/** One sentence for a person; undefined for a call that was cancelled on purpose. */
export function failureText(error: unknown): string | undefined {
  if (
    RpcError.is(error, 'CANCELLED') ||
    (error instanceof DOMException && error.name === 'AbortError')
  ) {
    return undefined;
  }
  return messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

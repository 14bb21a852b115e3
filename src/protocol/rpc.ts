/**
 * Typed calls over any channel of structured messages: host ⇄ webview. Both ends are the same class. A call is answered by
 * `ok` or `err`, can be cancelled, and is rejected when its end is disposed. A notification is a call without an answer.
 *
 * VS Code carries messages as JSON beside typed arrays: a payload may hold JSON values and typed arrays, never NaN,
 * Infinity, bigint or undefined on their own. Numbers that may be any of these travel in a `Float64Array`.
 */

/** The channel below: `webview.postMessage` on one side, `acquireVsCodeApi().postMessage` on the other. */
export interface RpcPort {
  /** `transfer` lists buffers that the sender gives away; a port that cannot transfer copies them. */
  post(message: RpcMessage, transfer?: readonly ArrayBuffer[]): void;
  listen(listener: (message: unknown) => void): { dispose(): void };
}

export type RpcMessage =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly method: string;
      readonly payload: unknown;
    }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'reply'; readonly id: number; readonly ok: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly err: RpcFailure }
  | { readonly type: 'notify'; readonly method: string; readonly payload: unknown };

/** An error as it travels. `message` is one sentence for a person. */
export interface RpcFailure {
  readonly code: string;
  readonly message: string;
}

/** What a call rejects with. Codes are MLflow's, and `CANCELLED`, `DISPOSED`, `BAD_PAYLOAD`, `UNKNOWN_METHOD`. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  static is(error: unknown, code?: string): error is RpcError {
    return error instanceof RpcError && (code === undefined || error.code === code);
  }
}

/** One end's methods: each takes one payload and gives one answer. */
type Method = (payload: never) => unknown;
type Payload<F> = F extends (payload: infer P) => unknown ? P : never;
type Answer<F> = F extends (payload: never) => infer R ? R : never;
type MethodsOf<T> = { [K in keyof T]: Method };

export type RpcHandlers<T extends MethodsOf<T>> = {
  readonly [K in keyof T]: (
    payload: Payload<T[K]>,
    options: { readonly signal: AbortSignal },
  ) => Answer<T[K]> | Promise<Answer<T[K]>>;
};

/** Checks what came over the channel before a handler sees it. Throws `RpcError` BAD_PAYLOAD. */
export type RpcParsers<T extends MethodsOf<T>> = {
  readonly [K in keyof T]: (payload: unknown) => Payload<T[K]>;
};

export interface RpcCallOptions {
  readonly signal?: AbortSignal;
  /** Buffers inside the payload to give away instead of copying. */
  readonly transfer?: readonly ArrayBuffer[];
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  stopListening(): void;
}

export interface RpcConnectionOptions<Local extends MethodsOf<Local>> {
  readonly handlers: RpcHandlers<Local>;
  readonly parsers: RpcParsers<Local>;
  /** Turns what a handler threw into what the other end is told. */
  readonly describeError: (error: unknown) => RpcFailure;
}

/** One end of a conversation: answers `Local`, calls `Remote`. */
export class RpcConnection<Local extends MethodsOf<Local>, Remote extends MethodsOf<Remote>> {
  private readonly pending = new Map<number, PendingCall>();
  private readonly running = new Map<number, AbortController>();
  private readonly subscription: { dispose(): void };
  private lastId = 0;
  private disposed = false;

  constructor(
    private readonly port: RpcPort,
    private readonly options: RpcConnectionOptions<Local>,
  ) {
    this.subscription = port.listen(message => this.receive(message));
  }

  /** Rejects with `RpcError`, or with the signal's reason when it was cancelled from here. */
  call<K extends keyof Remote & string>(
    method: K,
    payload: Payload<Remote[K]>,
    options: RpcCallOptions = {},
  ): Promise<Answer<Remote[K]>> {
    const { signal, transfer } = options;
    if (this.disposed) {
      return Promise.reject(disposedError());
    }
    if (signal?.aborted) {
      return Promise.reject(asError(signal.reason));
    }
    const id = ++this.lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.pending.delete(id);
        this.port.post({ type: 'cancel', id });
        reject(asError(signal?.reason));
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.pending.set(id, {
        resolve,
        reject,
        stopListening: () => signal?.removeEventListener('abort', cancel),
      });
      this.port.post({ type: 'call', id, method, payload }, transfer);
    });
    // The answer comes from the handler of the same name; the channel carries no types.
    return answer as Promise<Answer<Remote[K]>>;
  }

  /** Sends without waiting. Nothing happens when this end is disposed. */
  notify<K extends keyof Remote & string>(method: K, payload: Payload<Remote[K]>): void {
    if (!this.disposed) {
      this.port.post({ type: 'notify', method, payload });
    }
  }

  /** Rejects every pending call and cancels every running handler. */
  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.subscription.dispose();
    for (const call of this.pending.values()) {
      call.stopListening();
      call.reject(disposedError());
    }
    this.pending.clear();
    for (const controller of this.running.values()) {
      controller.abort(disposedError());
    }
    this.running.clear();
  }

  private receive(message: unknown): void {
    if (this.disposed || !isRpcMessage(message)) {
      return;
    }
    switch (message.type) {
      case 'call':
        void this.answer(message.id, message.method, message.payload);
        break;
      case 'cancel':
        this.running.get(message.id)?.abort(new RpcError('CANCELLED', 'The call was cancelled.'));
        break;
      case 'reply':
        this.settle(message);
        break;
      case 'notify':
        void this.run(message.method, message.payload, new AbortController().signal);
        break;
    }
  }

  private async answer(id: number, method: string, payload: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    const result = await this.run(method, payload, controller.signal);
    this.running.delete(id);
    if (!this.disposed && !controller.signal.aborted) {
      this.port.post({ type: 'reply', id, ...result });
    }
  }

  private async run(
    method: string,
    payload: unknown,
    signal: AbortSignal,
  ): Promise<{ ok: unknown } | { err: RpcFailure }> {
    const { handlers, parsers, describeError } = this.options;
    if (!Object.hasOwn(handlers, method) || !Object.hasOwn(parsers, method)) {
      return { err: { code: 'UNKNOWN_METHOD', message: `There is no method ${method}.` } };
    }
    const key = method as keyof Local;
    try {
      return { ok: (await handlers[key](parsers[key](payload), { signal })) ?? null };
    } catch (error) {
      return {
        err: RpcError.is(error)
          ? { code: error.code, message: error.message }
          : describeError(error),
      };
    }
  }

  private settle(message: Extract<RpcMessage, { type: 'reply' }>): void {
    const call = this.pending.get(message.id);
    if (!call) {
      return;
    }
    this.pending.delete(message.id);
    call.stopListening();
    if ('err' in message) {
      call.reject(new RpcError(message.err.code, message.err.message));
    } else {
      call.resolve(message.ok);
    }
  }
}

function disposedError(): RpcError {
  return new RpcError('DISPOSED', 'The panel was closed.');
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new RpcError('CANCELLED', 'The call was cancelled.');
}

function isRpcMessage(message: unknown): message is RpcMessage {
  if (typeof message !== 'object' || message === null || !('type' in message)) {
    return false;
  }
  switch (message.type) {
    case 'call':
      return (
        'id' in message &&
        typeof message.id === 'number' &&
        'method' in message &&
        typeof message.method === 'string'
      );
    case 'cancel':
      return 'id' in message && typeof message.id === 'number';
    case 'reply':
      return (
        'id' in message &&
        typeof message.id === 'number' &&
        ('ok' in message || ('err' in message && isFailure(message.err)))
      );
    case 'notify':
      return 'method' in message && typeof message.method === 'string';
    default:
      return false;
  }
}

function isFailure(value: unknown): value is RpcFailure {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

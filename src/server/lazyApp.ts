import type { IncomingMessage, ServerResponse } from 'node:http';
import { TrackingError } from '../tracking/trackingError';
import { encodeError } from '../wire/errorRecord';
import type { App } from './app';
import type { RequestListener } from './requestListener';

/** Answers requests with an app that is made for the first of them, together with the code that it needs. */
export class LazyApp {
  private opening: Promise<void> | undefined;
  private app: App | undefined;
  private listener: RequestListener | undefined;
  private isClosed = false;

  constructor(private readonly openApp: () => App | Promise<App>) {}

  load(): Promise<void> {
    this.opening ??= this.open();
    return this.opening;
  }

  answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (this.listener !== undefined) {
      void this.listener(incoming, outgoing);
      return;
    }
    this.load().then(
      () => this.answer(incoming, outgoing),
      (error: unknown) => refuse(outgoing, error),
    );
  }

  /** See `App.close`. */
  close(): void {
    this.isClosed = true;
    this.app?.close();
  }

  private async open(): Promise<void> {
    const [{ requestListener }, app] = await Promise.all([
      import('./requestListener'),
      this.openApp(),
    ]);
    if (this.isClosed) {
      app.close();
    }
    this.app = app;
    this.listener = requestListener(app);
  }
}

/** The program's own files are gone or broken. */
function refuse(outgoing: ServerResponse, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const body = encodeError(
    new TrackingError('INTERNAL_ERROR', `The server could not be loaded: ${reason}`),
  );
  outgoing.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

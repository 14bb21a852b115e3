import type { Disposable } from '../base/disposable';
import type { Event } from '../base/emitter';
import type { StoreChange } from '../tracking/trackingStore';

const HEARTBEAT_MS = 15_000;
/** Changes that wait for a slow client; beyond that it is told to look at everything. */
const MAX_WAITING = 1_000;

/** The changes of a store as `text/event-stream`, until the client goes away. */
export class ChangeStream {
  private waiting: StoreChange[] = [];
  private subscription: Disposable | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly encoder = new TextEncoder();

  constructor(private readonly onDidChange: Event<readonly StoreChange[]>) {}

  answer(signal: AbortSignal): Response {
    const body = new ReadableStream<Uint8Array>({
      start: controller => {
        // A first line at once, so that the client has the headers.
        this.send(controller, ': connected\n\n');
        this.subscription = this.onDidChange(changes => {
          this.waiting.push(...changes);
          this.flush(controller);
        });
        this.heartbeat = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) {
            this.send(controller, ': alive\n\n');
          }
        }, HEARTBEAT_MS);
        signal.addEventListener('abort', () => this.end(controller), { once: true });
      },
      pull: controller => this.flush(controller),
      cancel: () => this.stop(),
    });
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    });
  }

  /** Sends what waits when the client has taken what was sent before. */
  private flush(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.waiting.length > MAX_WAITING) {
      this.waiting = [{ kind: 'everything' }];
    }
    if (this.waiting.length > 0 && (controller.desiredSize ?? 0) > 0) {
      const data = JSON.stringify(this.waiting);
      this.waiting = [];
      this.send(controller, `event: change\ndata: ${data}\n\n`);
    }
  }

  private send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    controller.enqueue(this.encoder.encode(text));
  }

  /** The client is gone, or the server closes. */
  private end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (!this.stopped) {
      this.stop();
      controller.close();
    }
  }

  private stop(): void {
    this.stopped = true;
    this.subscription?.dispose();
    clearInterval(this.heartbeat);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Emitter, type Event } from '../../base/emitter';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import type { HttpClient } from '../../http/httpClient';
import type { StoreChange, TrackingStore } from '../../tracking/trackingStore';
import { TRACKER_API } from '../../wire/trackerApi';
import { eventsNamed } from './eventStream';
import { RemotePoll } from './remotePoll';

const POLL_MS = 1_500;
const RECONNECT_MS = 500;

/**
 * Tells what changes on a server while someone listens: by its event stream when it is our own server, else by asking for
 * the newest and the running runs.
 */
export class RemoteWatcher implements Disposable {
  private readonly emitter = new Emitter<readonly StoreChange[]>();
  private watching: AbortController | undefined;
  /** Undefined until the server was asked. */
  private followsStream: boolean | undefined;

  constructor(
    private readonly store: TrackingStore,
    private readonly client: HttpClient,
    private readonly logger: Logger,
  ) {}

  readonly onDidChange: Event<readonly StoreChange[]> = listener => {
    const subscription = this.emitter.event(listener);
    this.start();
    return {
      dispose: () => {
        subscription.dispose();
        if (!this.emitter.hasListeners) {
          this.stop();
        }
      },
    };
  };

  dispose(): void {
    this.stop();
    this.emitter.dispose();
  }

  private start(): void {
    if (this.watching === undefined) {
      this.watching = new AbortController();
      void this.watch(this.watching.signal);
    }
  }

  private stop(): void {
    this.watching?.abort();
    this.watching = undefined;
  }

  /** Runs until stopped; a server that is away is asked again. */
  private async watch(signal: AbortSignal): Promise<void> {
    const poll = new RemotePoll(this.store);
    let streamed = false;
    let reported = false;
    while (!signal.aborted) {
      try {
        if (await this.followStream(signal)) {
          streamed = true;
        } else {
          this.fire(await poll.changes(signal));
          reported = false;
        }
      } catch (error) {
        reported ||= this.report(error, signal);
      }
      const waitMs = streamed ? RECONNECT_MS : POLL_MS;
      // Rejects only when stopped, which the loop sees.
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** @returns false for the end of watching, which is no failure. */
  private report(error: unknown, signal: AbortSignal): boolean {
    if (!signal.aborted) {
      this.logger.warn(`Changes on ${this.client.baseUrl} cannot be watched: ${String(error)}`);
    }
    return !signal.aborted;
  }

  /** @returns false when the server has no event stream, true when the stream ended. */
  private async followStream(signal: AbortSignal): Promise<boolean> {
    if (this.followsStream === false) {
      return false;
    }
    const response = await this.client.send({
      method: 'GET',
      path: `${TRACKER_API}/events`,
      headers: { accept: 'text/event-stream' },
      repeatable: true,
      signal,
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!response.ok || !isStream || response.body === null) {
      await response.body?.cancel();
      this.followsStream = response.status >= 500 ? undefined : false;
      return false;
    }
    this.followsStream = true;
    // What changed before the stream was there, or while it was broken, is not known.
    this.fire([{ kind: 'everything' }]);
    for await (const data of eventsNamed('change', response.body)) {
      this.fire(JSON.parse(data) as readonly StoreChange[]);
    }
    return true;
  }

  private fire(changes: readonly StoreChange[]): void {
    if (changes.length > 0) {
      this.emitter.fire(changes);
    }
  }
}

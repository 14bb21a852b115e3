import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import { probeTrackingServer } from '../../http/probeTrackingServer';
import type { Credentials } from '../../http/credentials';
import { briefRetries } from '../../http/retryPolicy';
import { TrackerClient } from '../../stores/rest/trackerClient';
import { TrackingError } from '../../tracking/trackingError';
import type { StoreChange, StoreStatus } from '../../tracking/trackingStore';
import { Backoff } from '../server/backoff';
import { ServerProcess } from '../server/serverProcess';
import { isFolder, neededFolder } from './localTarget';
import { explainFailure, failureKind, StoreOpenError, type StoreFailure } from './storeFailure';

export type StoreState =
  /** Neither a folder nor a tracking URI. */
  | { readonly kind: 'none' }
  /** Nothing was asked for yet, so no server runs. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'open'; readonly status: StoreStatus }
  | { readonly kind: 'failed'; readonly failure: StoreFailure };

export interface ConnectionTarget {
  /** Empty: the default store of `workingDir`. */
  readonly trackingUri: string;
  readonly workingDir: string;
}

export interface ConnectionOptions {
  /** Asked at every start; undefined when there is nothing to open. */
  readonly target: () => ConnectionTarget | undefined;
  readonly credentials: (uri: string) => Promise<Credentials | undefined>;
  readonly cliPath: string;
  readonly logger: Logger;
}

/** A store that is open: its server, and what it says of itself. */
export interface OpenedStore extends Disposable {
  readonly client: TrackerClient;
  readonly status: StoreStatus;
  readonly server: ServerProcess;
}

/** A person waits for the answer: a full disk or a database that is away is told, and not waited for out of sight. */
const IMPATIENCE = { retry: { ...briefRetries, retries: 1, longestAskedMs: 1000 } };
/** ms between two looks for a folder that is not there yet. */
const LOOK_AGAIN_MS = 1500;
/** ms between a change and the question what of the store cannot be read: it is found out while the change is shown. */
const STATUS_AFTER_MS = 2000;

/**
 * The store of this window: one server for one tracking URI, started when something first needs it, started again when it
 * dies. Its listeners never see a half-open store.
 */
export class StoreConnection implements Disposable {
  private current: { readonly opening: Promise<OpenedStore>; readonly abort: AbortController };
  private stateNow: StoreState;
  private readonly backoff = new Backoff();
  private readonly stateChanged = new Emitter<StoreState>();
  private readonly storeChanged = new Emitter<readonly StoreChange[]>();
  private disposed = false;

  readonly onDidChangeState = this.stateChanged.event;
  /** What changed in the store, by whichever process. `everything` after it was opened. */
  readonly onDidChangeStore = this.storeChanged.event;

  constructor(private readonly options: ConnectionOptions) {
    this.current = unopened();
    this.stateNow = options.target() ? { kind: 'idle' } : { kind: 'none' };
  }

  get state(): StoreState {
    return this.stateNow;
  }

  /** Opens the store when it is not. Throws `StoreOpenError` with the cause in plain words. */
  async getClient(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TrackerClient> {
    if (this.stateNow.kind === 'idle') {
      this.open();
    }
    const opened = await this.current.opening;
    options.signal?.throwIfAborted();
    return opened.client;
  }

  /** Opens the store anew if it was wanted before; the tracking URI or the credentials may be others now. */
  restart(): void {
    const wasWanted = this.stateNow.kind !== 'idle' && this.stateNow.kind !== 'none';
    this.closeCurrent();
    this.backoff.reset();
    this.setState(this.options.target() ? { kind: 'idle' } : { kind: 'none' });
    if (wasWanted && this.stateNow.kind === 'idle') {
      this.open();
    }
  }

  dispose(): void {
    this.disposed = true;
    this.closeCurrent();
    this.stateChanged.dispose();
    this.storeChanged.dispose();
  }

  private open(delayMs = 0): void {
    const target = this.options.target();
    if (!target || this.disposed) {
      return;
    }
    const abort = new AbortController();
    const opening = pause(delayMs, abort.signal).then(() =>
      openTarget(target, this.options, abort.signal),
    );
    this.current = { opening, abort };
    this.setState({ kind: 'starting' });
    void this.follow(opening, abort.signal);
  }

  /** Sees one server through its life. */
  private async follow(opening: Promise<OpenedStore>, signal: AbortSignal): Promise<void> {
    let opened: OpenedStore;
    try {
      opened = await opening;
    } catch (error) {
      if (!signal.aborted) {
        this.options.logger.error('The store cannot be opened', error);
        const failure = explainFailure(error);
        this.setState({ kind: 'failed', failure });
        if (failure.kind === 'notFound') {
          this.reopenWhenThere(signal);
        }
      }
      return;
    }
    if (signal.aborted) {
      opened.dispose();
      return;
    }
    signal.addEventListener('abort', () => opened.dispose(), { once: true });
    this.setState({ kind: 'open', status: opened.status });
    this.followStatus(opened.client, signal);
    this.storeChanged.fire([{ kind: 'everything' }]);
    void opened.client.events(changes => this.storeChanged.fire(changes), { signal });
    this.reopenAfter(await opened.server.exited, signal);
  }

  /** Keeps what the store says of itself current while it is open. */
  private followStatus(client: TrackerClient, signal: AbortSignal): void {
    let timer: NodeJS.Timeout | undefined;
    const ask = async (): Promise<void> => {
      timer = undefined;
      const { store: status } = await client.status({ signal });
      const { stateNow } = this;
      const isNews =
        stateNow.kind === 'open' && JSON.stringify(stateNow.status) !== JSON.stringify(status);
      if (isNews && !signal.aborted) {
        this.setState({ kind: 'open', status });
      }
    };
    const subscription = this.onDidChangeStore(() => {
      timer ??= setTimeout(() => {
        ask().catch((error: unknown) =>
          this.options.logger.debug(`The store was not asked how it is: ${String(error)}`),
        );
      }, STATUS_AFTER_MS);
    });
    signal.addEventListener(
      'abort',
      () => {
        subscription.dispose();
        clearTimeout(timer);
      },
      { once: true },
    );
  }

  /** A store that a script is about to make: it is opened as soon as its folder is there. */
  private reopenWhenThere(signal: AbortSignal): void {
    const target = this.options.target();
    const folder = target && neededFolder(target.trackingUri, target.workingDir);
    if (folder === undefined) {
      return;
    }
    const timer = setInterval(() => {
      void isFolder(folder).then(there => {
        if (there && !signal.aborted) {
          this.restart();
        }
      });
    }, LOOK_AGAIN_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  private reopenAfter(aliveMs: number, signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    this.closeCurrent();
    const delay = this.backoff.next(aliveMs);
    if (delay === undefined) {
      const message = 'The tracking server keeps ending; the log says why.';
      this.current = unopened(new StoreOpenError({ kind: 'server', message }));
      this.setState({ kind: 'failed', failure: { kind: 'server', message } });
      return;
    }
    this.options.logger.warn(`The tracking server ended by itself; starting it in ${delay} ms`);
    this.open(delay);
  }

  private closeCurrent(): void {
    this.current.abort.abort();
    this.current = unopened();
  }

  private setState(state: StoreState): void {
    this.stateNow = state;
    if (!this.disposed) {
      this.stateChanged.fire(state);
    }
  }
}

/**
 * Starts a server on the target and asks how the store is. Also the test of a tracking URI before it is taken.
 * Throws `StoreOpenError`, `ServerStartError`, `TrackingError`, or the signal's reason.
 */
export async function openTarget(
  target: ConnectionTarget,
  options: Pick<ConnectionOptions, 'credentials' | 'cliPath' | 'logger'>,
  signal: AbortSignal,
): Promise<OpenedStore> {
  const { logger, cliPath } = options;
  const folder = neededFolder(target.trackingUri, target.workingDir);
  if (folder !== undefined && !(await isFolder(folder))) {
    const message = `There is no folder ${folder}: correct the path, or make it by logging a first run there.`;
    throw new StoreOpenError({ kind: 'notFound', message });
  }
  const credentials = await options.credentials(target.trackingUri);
  if (/^https?:\/\//i.test(target.trackingUri)) {
    const probe = await probeTrackingServer(target.trackingUri, { credentials, signal });
    if (!probe.ok) {
      throw new StoreOpenError({ kind: failureKind(probe.failure), message: probe.message });
    }
  }
  const server = await ServerProcess.start({ ...target, cliPath, credentials }, logger, signal);
  try {
    const client = new TrackerClient({
      baseUrl: server.baseUrl,
      token: server.token,
      logger,
      ...IMPATIENCE,
    });
    const { store: status } = await client.status({ signal });
    return { client, status, server, dispose: () => server.dispose() };
  } catch (error) {
    server.dispose();
    throw error;
  }
}

function unopened(reason?: Error): { opening: Promise<OpenedStore>; abort: AbortController } {
  const opening = Promise.reject<OpenedStore>(
    reason ??
      new TrackingError('INVALID_STATE', 'No store is open: open a folder, or set a tracking URI.'),
  );
  // Only who asks for a client is told.
  opening.catch(() => undefined);
  return { opening, abort: new AbortController() };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

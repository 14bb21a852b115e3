import { present } from '../../base/present';
import type { RunId } from '../../tracking/entities';
import type { CallOptions, StoreChange, StoreStatus } from '../../tracking/trackingStore';
import { LIST_ARTIFACTS } from '../../wire/endpoints/artifactEndpoints';
import type { FileInfo } from '../../wire/fileInfoRecord';
import { decodeSampledSeries } from '../../wire/sampledSeriesCodec';
import {
  TRACKER_API,
  type SampledSeries,
  type SampleRequest,
  type StatusRecord,
} from '../../wire/trackerApi';
import { RestStore } from './restStore';

/** Our own server: a tracking store, and what `wire/trackerApi.ts` offers beside MLflow's API. */
export class TrackerClient extends RestStore {
  /** The store behind the server. */
  override async getStatus(options?: CallOptions): Promise<StoreStatus> {
    const { store } = await this.status(options);
    return store;
  }

  async status({ signal }: CallOptions = {}): Promise<StatusRecord> {
    const response = await this.caller.send({
      method: 'GET',
      path: `${TRACKER_API}/status`,
      repeatable: true,
      signal,
    });
    return (await response.json()) as StatusRecord;
  }

  /**
   * Calls `listener` with every batch of changes until the signal aborts; a broken connection is made again, and then
   * `everything` is reported once. Resolves when the signal aborts.
   */
  events(
    listener: (changes: readonly StoreChange[]) => void,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) {
      return Promise.resolve();
    }
    const subscription = this.onDidChange(listener);
    return new Promise(resolve => {
      signal.addEventListener(
        'abort',
        () => {
          subscription.dispose();
          resolve();
        },
        { once: true },
      );
    });
  }

  async sampleMetrics(
    request: SampleRequest,
    { signal }: CallOptions = {},
  ): Promise<SampledSeries[]> {
    const response = await this.caller.send({
      method: 'POST',
      path: `${TRACKER_API}/metrics/sample`,
      body: JSON.stringify(request),
      headers: { 'content-type': 'application/json' },
      repeatable: true,
      signal,
    });
    return decodeSampledSeries(await response.arrayBuffer());
  }

  /** One level below `path` ('' for the root); paths in the answer are relative to the run's artifact root. */
  async listArtifacts(
    runId: RunId,
    path: string,
    options?: CallOptions,
  ): Promise<readonly FileInfo[]> {
    const files: FileInfo[] = [];
    let pageToken: string | undefined;
    do {
      const request = present({ runId, path: path || undefined, pageToken });
      const page = await this.caller.call(LIST_ARTIFACTS, request, options);
      files.push(...page.files);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return files;
  }

  /** `size` in bytes, when known. Throws RESOURCE_DOES_NOT_EXIST. */
  async readArtifact(
    runId: RunId,
    path: string,
    { signal }: CallOptions = {},
  ): Promise<{ readonly stream: ReadableStream<Uint8Array>; readonly size?: number }> {
    const query = new URLSearchParams({ run_id: runId, path });
    const response = await this.caller.send({
      method: 'GET',
      path: `/get-artifact?${query.toString()}`,
      repeatable: true,
      signal,
    });
    const size = response.headers.get('content-length');
    return present({
      stream: response.body ?? new ReadableStream<Uint8Array>({ start: c => c.close() }),
      size: size === null ? undefined : Number(size),
    });
  }
}

import type { HttpClient, HttpRequest } from '../../http/httpClient';
import { HttpError } from '../../http/httpError';
import { present } from '../../base/present';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import { decodeError } from '../../wire/errorRecord';
import { isObject } from '../../wire/fieldReader';
import { decodeFileList } from '../../wire/fileInfoRecord';
import { readJson } from '../../wire/json';
import type { ArtifactContent, ArtifactRepository, FileInfo } from '../artifactRepository';
import { baseName, checkArtifactPath, joinPath } from '../artifactPath';
import { sizedBody } from './sizedBody';

const SERVICE = '/api/2.0/mlflow-artifacts/artifacts';

/** Artifacts behind a tracking server's proxy (`mlflow-artifacts`), below one path of it. */
export class HttpArtifactRepository implements ArtifactRepository {
  readonly rootUri: string;

  /** @param root POSIX path inside the proxy; '' is its whole. */
  constructor(
    private readonly client: HttpClient,
    private readonly root: string,
  ) {
    this.rootUri = `${client.baseUrl}${SERVICE}/${root}`;
  }

  async list(path: string, options: CallOptions = {}): Promise<readonly FileInfo[]> {
    const query = new URLSearchParams({ path: joinPath(this.root, path) });
    const response = await this.send({
      method: 'GET',
      path: `${SERVICE}?${query.toString()}`,
      repeatable: true,
      signal: options.signal,
    });
    const text = await response.text();
    const { files } = readJson(text, value => decodeFileList(isObject(value) ? value : {}));
    // The proxy names base names; a file's path lists the file itself on some backends.
    return files
      .map(file => ({ ...file, path: joinPath(path, baseName(checkArtifactPath(file.path))) }))
      .filter(file => file.path !== path)
      .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  }

  async read(path: string, options: CallOptions = {}): Promise<ArtifactContent> {
    const response = await this.send({
      method: 'GET',
      path: this.url(path),
      repeatable: true,
      signal: options.signal,
    });
    const size = response.headers.get('content-length');
    return present({
      stream: response.body ?? new Blob([]).stream(),
      size: size === null ? undefined : Number(size),
    });
  }

  async write(
    path: string,
    content: ReadableStream<Uint8Array>,
    options: CallOptions = {},
  ): Promise<void> {
    await using body = await sizedBody(content);
    const response = await this.send({
      method: 'PUT',
      path: this.url(path),
      body: () => body.open(),
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(body.size),
      },
      // The same bytes at the same place.
      repeatable: true,
      signal: options.signal,
      // The answer comes when the whole body has been stored.
      timeoutMs: 3_600_000,
    });
    await response.body?.cancel();
  }

  async delete(path: string, options: CallOptions = {}): Promise<void> {
    const response = await this.send({
      method: 'DELETE',
      path: this.url(path),
      repeatable: true,
      signal: options.signal,
    });
    await response.body?.cancel();
  }

  private url(path: string): string {
    const segments = joinPath(this.root, path).split('/').map(encodeURIComponent);
    return `${SERVICE}/${segments.join('/')}`;
  }

  private async send(request: HttpRequest): Promise<Response> {
    const response = await this.client.send(request).catch((error: unknown) => {
      throw error instanceof HttpError
        ? new TrackingError('TEMPORARILY_UNAVAILABLE', error.message, { cause: error })
        : error;
    });
    if (response.ok) {
      return response;
    }
    throw decodeError(response.status, await response.text());
  }
}

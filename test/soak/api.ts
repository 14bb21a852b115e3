/** A tracking server as a client sees it, with nothing of ours between. */
export interface Api {
  /** Answers a 200 as JSON; throws `Refused` for another answer, and what `fetch` throws when there is none. */
  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  putArtifact(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Undefined when there is no such file. */
  getArtifact(path: string): Promise<Uint8Array | undefined>;
}

/** The server has answered, and not with success. */
export class Refused extends Error {
  readonly status: number;
  readonly retryAfter: string | null;

  constructor(response: Response, text: string) {
    super(`${response.status} ${text}`);
    this.status = response.status;
    this.retryAfter = response.headers.get('retry-after');
  }
}

export function apiOf(url: string, token: string): Api {
  const authorization = `Bearer ${token}`;
  const send = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      method,
      headers: { authorization, 'content-type': 'application/json' },
    });
    if (!response.ok) {
      throw new Refused(response, await response.text());
    }
    return response;
  };
  const artifact = (path: string): string =>
    `/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
  return {
    async call<T>(method: string, path: string, body?: unknown) {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return (await (await send(method, `/api/2.0/${path}`, init)).json()) as T;
    },
    async putArtifact(path, bytes) {
      await send('PUT', artifact(path), { body: bytes });
    },
    async getArtifact(path) {
      try {
        return new Uint8Array(await (await send('GET', artifact(path))).arrayBuffer());
      } catch (error) {
        if (error instanceof Refused && error.status === 404) {
          return undefined;
        }
        throw error;
      }
    },
  };
}

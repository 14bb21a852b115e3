import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { forwardRequest } from '../../../src/http/forwardRequest';
import { HttpClient, type HttpRequest } from '../../../src/http/httpClient';
import { HttpError } from '../../../src/http/httpError';
import { briefRetries, mlflowRetries } from '../../../src/http/retryPolicy';
import { serve, type Fixture } from './fixture';

let fixture: Fixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const once = { ...briefRetries, retries: 0 };
const read: HttpRequest = { method: 'GET', path: '/x', repeatable: true };
const write: HttpRequest = { method: 'POST', path: '/x', repeatable: false, body: '{}' };

async function clientOf(
  listener: RequestListener,
  options: Partial<ConstructorParameters<typeof HttpClient>[0]> = {},
): Promise<HttpClient> {
  fixture = await serve(listener);
  return new HttpClient({ baseUrl: fixture.url, logger: silentLogger, ...options });
}

describe('HTTP client', () => {
  it('asks again when the server is busy, after the time that it names', async () => {
    let asked = 0;
    const client = await clientOf((_, answer) => {
      asked += 1;
      answer.writeHead(asked < 3 ? 503 : 200, { 'retry-after': '0' }).end('done');
    });
    const response = await client.send(write);
    expect([response.status, await response.text(), asked]).toEqual([200, 'done', 3]);
  });

  it('returns the busy answer when it stays busy', async () => {
    let asked = 0;
    const client = await clientOf(
      (_, answer) => {
        asked += 1;
        answer.writeHead(429, { 'retry-after': '0' }).end();
      },
      { retry: { ...briefRetries, retries: 2 } },
    );
    expect([(await client.send(read)).status, asked]).toEqual([429, 3]);
  });

  it('waits no longer than it may, whatever the server asks for', async () => {
    let asked = 0;
    const client = await clientOf(
      (_, answer) => {
        asked += 1;
        answer.writeHead(asked < 2 ? 503 : 200, { 'retry-after': '3600' }).end();
      },
      { retry: { ...briefRetries, longestAskedMs: 10 } },
    );
    expect([(await client.send(read)).status, asked]).toEqual([200, 2]);
  });

  it('repeats a read on a broken connection, a write never', async () => {
    let asked = 0;
    const client = await clientOf((request, answer) => {
      asked += 1;
      if (asked === 1 || request.method === 'POST') {
        request.socket.destroy();
      } else {
        answer.end('ok');
      }
    });
    expect((await client.send(read)).status).toBe(200);
    expect(asked).toBe(2);
    await expect(client.send(write)).rejects.toMatchObject({ failure: 'reset' });
    expect(asked).toBe(3);
  });

  it('repeats everything that MLflow repeats, writes and their bodies too, when it is asked to', async () => {
    const bodies: string[] = [];
    const answers = [500, 0, 408, 502, 504, 503, 429, 200];
    const client = await clientOf(
      async (request, answer) => {
        bodies.push(Buffer.concat(await request.toArray()).toString());
        const status = answers[bodies.length - 1] ?? 0;
        if (status === 0) {
          request.socket.destroy();
        } else {
          answer.writeHead(status, { 'retry-after': '0' }).end();
        }
      },
      { retry: { ...mlflowRetries({}), waitMs: () => 0 } },
    );
    const body = () => new Blob(['once more']).stream();
    expect((await client.send({ ...write, body })).status).toBe(200);
    expect(bodies).toEqual(answers.map(() => 'once more'));
  });

  it('takes how often and how patiently from the variables of MLflow', () => {
    const waits = (env: NodeJS.ProcessEnv) => {
      const policy = mlflowRetries({ MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0', ...env });
      return Array.from({ length: policy.retries }, (_, attempt) => policy.waitMs(attempt) / 1000);
    };
    expect(waits({})).toEqual([0, 4, 8, 16, 32, 64, 120]);
    expect(waits({ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' })).toEqual([]);
    expect(waits({ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '99' })).toHaveLength(10);
    const quick = {
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '3',
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0.5',
    };
    expect(waits(quick)).toEqual([0, 1, 2]);
    expect(waits({ ...quick, MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: 'much' })).toEqual([0, 4, 8]);
  });

  it('does not repeat other failures', async () => {
    let asked = 0;
    const client = await clientOf((_, answer) => {
      asked += 1;
      answer.writeHead(500).end();
    });
    expect([(await client.send(read)).status, asked]).toEqual([500, 1]);
  });

  it('gives up on a server that does not answer', async () => {
    const client = await clientOf(() => undefined, { timeoutMs: 50, retry: once });
    await expect(client.send(read)).rejects.toMatchObject({ failure: 'timeout' });
  });

  it('rejects with the reason of the signal, also while it waits to try again', async () => {
    const client = await clientOf((_, answer) => {
      answer.writeHead(503, { 'retry-after': '20' }).end();
    });
    const cancel = new AbortController();
    const sent = client.send({ ...read, signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error('not wanted any more')), 50);
    await expect(sent).rejects.toThrow('not wanted any more');
  });

  it.each([
    [{ kind: 'bearer', token: 'secret' } as const, 'Bearer secret'],
    [
      { kind: 'basic', username: 'ann', password: 'pä:ss' } as const,
      `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`,
    ],
    [undefined, undefined],
  ])('sends credentials %j', async (credentials, expected) => {
    let header: string | undefined;
    const client = await clientOf(
      (request, answer) => {
        header = request.headers.authorization;
        answer.end();
      },
      { credentials },
    );
    await client.send(read);
    expect(header).toBe(expected);
  });

  it('keeps a path prefix of the base URL', async () => {
    let url: string | undefined;
    fixture = await serve((request, answer) => {
      url = request.url;
      answer.end();
    });
    const client = new HttpClient({ baseUrl: `${fixture.url}/mlflow/`, logger: silentLogger });
    await client.send({ ...read, path: '/api/2.0?a=1' });
    expect(url).toBe('/mlflow/api/2.0?a=1');
  });

  it('says that nothing listens', async () => {
    const closed = await serve(() => undefined);
    await closed.close();
    const client = new HttpClient({ baseUrl: closed.url, logger: silentLogger, retry: once });
    const error = await client.send(read).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ failure: 'refused' });
  });
});

describe('forwarding', () => {
  it("passes method, query, body and answer, with the other server's credentials only", async () => {
    const seen: Record<string, unknown> = {};
    const client = await clientOf(
      (request, answer) => {
        let body = '';
        request.on('data', chunk => (body += String(chunk)));
        request.on('end', () => {
          const { method, url, headers } = request;
          Object.assign(seen, { method, url, body, headers });
          answer
            .writeHead(409, {
              'access-control-allow-origin': '*',
              'x-kept': '1',
              'set-cookie': 'a=b',
            })
            .end('{"error_code":"X"}');
        });
      },
      { credentials: { kind: 'bearer', token: 'theirs' } },
    );
    const answer = await forwardRequest(
      client,
      new Request('http://localhost:1/api/2.0/mlflow/new?a=1&a=2', {
        method: 'PATCH',
        body: '{"b":1}',
        headers: {
          authorization: 'Bearer ours',
          'content-type': 'application/json',
          'content-length': '7',
          cookie: 'c=d',
        },
      }),
    );
    expect(seen).toMatchObject({
      method: 'PATCH',
      url: '/api/2.0/mlflow/new?a=1&a=2',
      body: '{"b":1}',
      headers: {
        authorization: 'Bearer theirs',
        'content-type': 'application/json',
        'content-length': '7',
      },
    });
    expect(seen.headers).not.toHaveProperty('cookie');
    expect([answer.status, await answer.text()]).toEqual([409, '{"error_code":"X"}']);
    expect(answer.headers.get('x-kept')).toBe('1');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

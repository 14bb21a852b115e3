import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { probeTrackingServer } from '../../../src/http/probeTrackingServer';
import { serve, type Fixture } from './fixture';

let fixture: Fixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

describe('probe of a tracking server', () => {
  it('knows one, with its version', async () => {
    fixture = await serve((request, answer) => {
      answer.end(request.url === '/version' ? '3.17.2' : '{"experiments": []}');
    });
    expect(await probeTrackingServer(fixture.url)).toEqual({ ok: true, version: '3.17.2' });
  });

  it('knows one from before experiments/search', async () => {
    fixture = await serve((request, answer) => {
      const known = request.url?.startsWith('/api/2.0/mlflow/experiments/list') ?? false;
      answer.writeHead(known ? 200 : 404).end(known ? '{}' : '<html>');
    });
    expect(await probeTrackingServer(fixture.url)).toEqual({ ok: true });
  });

  it.each([
    [200, '<html>Welcome to nginx</html>', 'notTrackingServer'],
    [404, 'Not found', 'notTrackingServer'],
    [404, '{"detail": "Not Found"}', 'notTrackingServer'],
    [401, '', 'unauthenticated'],
    [403, 'Invalid Host header', 'forbidden'],
    [500, '{"error_code": "INTERNAL_ERROR"}', 'serverError'],
  ])('tells status %i with %j apart', async (status, body, failure) => {
    fixture = await serve((_, answer) => answer.writeHead(status).end(body));
    expect(await probeTrackingServer(fixture.url)).toMatchObject({ ok: false, failure });
  });

  it('names a refused connection, an unknown host, silence and nonsense', async () => {
    fixture = await serve(() => undefined);
    const silent = await probeTrackingServer(fixture.url, { timeoutMs: 50 });
    expect(silent).toMatchObject({ failure: 'timeout' });
    await fixture.close();
    expect(await probeTrackingServer(fixture.url)).toMatchObject({ failure: 'refused' });
    for (const url of ['localhost:5000', 'not a url', 'ftp://localhost', '']) {
      expect(await probeTrackingServer(url), url).toMatchObject({ failure: 'badUrl' });
    }
    expect(await probeTrackingServer('http://no-such-host.invalid')).toMatchObject({
      failure: 'dns',
    });
  });

  it('names a certificate that nobody vouches for, and plain HTTP behind https://', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      // One line of options, as one would type it.
      `req -x509 -newkey rsa:2048 -nodes -keyout ${key} -out ${cert} -days 1 -subj /CN=localhost`.split(
        ' ',
      ),
      { stdio: 'ignore' },
    );
    const server = createTlsServer({ key: await readFile(key), cert: await readFile(cert) });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await probeTrackingServer(`https://localhost:${port}`);
    expect(result).toMatchObject({ ok: false, failure: 'tls' });
    expect(result).toHaveProperty('message', expect.stringContaining('self-signed'));
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await rm(folder, { recursive: true });

    fixture = await serve((_, answer) => answer.end());
    const plain = await probeTrackingServer(fixture.url.replace('http:', 'https:'));
    expect(plain).toMatchObject({ ok: false, failure: 'tls' });
    expect(plain).toHaveProperty('message', expect.stringContaining('http://'));
  });

  it('stops when it is cancelled', async () => {
    fixture = await serve(() => undefined);
    const cancel = new AbortController();
    const probed = probeTrackingServer(fixture.url, { signal: cancel.signal });
    cancel.abort(new Error('enough'));
    await expect(probed).rejects.toThrow('enough');
  });
});

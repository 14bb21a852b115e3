import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { createApp, type AppOptions } from '../../../src/server/app';
import { openServer, type ServerFixture } from './fixture';

const API = '/api/2.0/mlflow';
const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

let server: ServerFixture;
afterEach(() => server.close());

async function start(options: Partial<AppOptions> = {}): Promise<void> {
  server = await openServer(options);
}

describe('GET /health', () => {
  const health = async (headers: Record<string, string> = {}): Promise<string> => {
    const answer = await server.send('GET', '/health', { headers });
    expect(answer.status).toBe(200);
    return answer.text();
  };

  async function breakRun(): Promise<string> {
    const experimentId = await server.store.createExperiment({ name: 'e' });
    const { info } = await server.store.createRun({ experimentId });
    const meta = path.join(server.folder, 'mlruns', experimentId, info.runId, 'meta.yaml');
    await writeFile(meta, 'run_id: [cut');
    await server.store.searchRuns({ experimentIds: [experimentId] });
    return info.runId;
  }

  it('is OK and nothing else while all is well, also before the store is made', async () => {
    await start();
    expect(await health()).toBe('OK');
    await server.store.createExperiment({ name: 'e' });
    expect(await health()).toBe('OK');
  });

  it('says what cannot be read and why, as text or as JSON', async () => {
    await start();
    const runId = await breakRun();
    expect(await health()).toMatch(new RegExp(`^OK\\n[^\\n]*${runId}[^\\n]*: .+`));
    expect(JSON.parse(await health({ accept: 'application/json' }))).toMatchObject({
      status: 'OK',
      writable: true,
      problems: [{ where: expect.stringContaining(runId) as string }],
    });
  });

  it('tells strangers only that the server lives', async () => {
    await start({ guard: { token: 't' } });
    const runId = await breakRun();
    expect(await health()).toBe('OK');
    expect(await health({ authorization: 'Bearer wrong', accept: 'application/json' })).toBe('OK');
    expect(await health({ authorization: 'Bearer t' })).toContain(runId);
  });

  it('says why a store cannot be written, or asked at all', async () => {
    await start();
    server.store.getStatus = () =>
      Promise.resolve({
        kind: 'sqlite',
        uri: 'u',
        writable: false,
        readOnlyReason: 'It is of a newer MLflow.',
        problems: [],
      });
    expect(await health()).toBe('OK\nread-only: It is of a newer MLflow.');
    server.store.getStatus = () => Promise.reject(new Error('No database.'));
    expect(await health()).toBe('OK\nread-only: No database.');
  });
});

describe('without --serve-artifacts', () => {
  it('the proxy is refused as by MLflow, and other artifacts are served', async () => {
    await start({ serveArtifacts: false });
    for (const [method, target] of [
      ['GET', PROXY],
      ['GET', `${PROXY}/a`],
      ['PUT', `${PROXY}/a`],
      ['DELETE', `${PROXY}/a`],
      ['POST', '/ajax-api/2.0/mlflow-artifacts/mpu/create/a'],
      ['GET', '/api/2.0/mlflow-artifacts/presigned/a'],
    ] as const) {
      const answer = await server.send(method, target);
      expect([answer.status, answer.headers.get('content-type')], target).toEqual([
        503,
        'text/plain; charset=utf-8',
      ]);
      expect(await answer.text()).toMatch(/--no-serve-artifacts/);
    }
    const experimentId = await server.store.createExperiment({
      name: 'local',
      artifactLocation: path.join(server.folder, 'local'),
    });
    const { info } = await server.store.createRun({ experimentId });
    await mkdir(info.artifactUri, { recursive: true });
    await writeFile(path.join(info.artifactUri, 'a.txt'), 'hello');
    const query = `run_id=${info.runId}&path=a.txt`;
    expect(await (await server.send('GET', `/get-artifact?${query}`)).text()).toBe('hello');
  });
});

describe('with --artifacts-only', () => {
  it('tracking is refused as by MLflow, and artifacts are served', async () => {
    await start();
    const app = createApp({
      artifacts: uri => {
        throw new Error(uri);
      },
      logger: silentLogger,
      version: '1',
    });
    const ask = async (target: string): Promise<[number, string]> => {
      const answer = await app.fetch(new Request(`http://localhost${target}`));
      return [answer.status, await answer.text()];
    };
    for (const target of [
      `${API}/runs/get?run_id=a`,
      '/ajax-api/3.0/mlflow/traces/a',
      '/api/2.0/preview/mlflow/experiments/list',
      '/get-artifact?run_id=a&path=b',
    ]) {
      expect(await ask(target)).toEqual([503, expect.stringContaining('--artifacts-only')]);
    }
    expect(await ask('/health')).toEqual([200, 'OK']);
    expect((await ask('/version'))[0]).toBe(200);
    expect(await ask('/nothing')).toEqual([404, expect.stringContaining('ENDPOINT_NOT_FOUND')]);
    expect(await ask(PROXY)).toEqual([500, expect.stringContaining('mlflow-artifacts:/')]);
    app.close();
  });
});

it('pages of allowed origins can read every answer', async () => {
  await start({ guard: { allowedOrigins: ['https://app.example'], token: 't' } });
  const headers = { origin: 'https://app.example', authorization: 'Bearer t' };
  for (const target of [`${API}/runs/get?run_id=a`, '/health', '/nothing']) {
    const answer = await server.send('GET', target, { headers });
    expect(answer.headers.get('access-control-allow-origin'), target).toBe('https://app.example');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

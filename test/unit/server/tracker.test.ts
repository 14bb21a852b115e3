import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { listen, type Listener } from '../../../src/server/listen';
import { RestStore } from '../../../src/stores/rest/restStore';
import { TrackerClient } from '../../../src/stores/rest/trackerClient';
import type { StoreChange } from '../../../src/tracking/trackingStore';
import { TRACKER_API } from '../../../src/wire/trackerApi';
import { openServer, type ServerFixture } from './fixture';

const TOKEN = 'secret-token';

let server: ServerFixture;
let listener: Listener;
let client: TrackerClient;
let runId: string;
let experimentId: string;

beforeEach(async () => {
  server = await openServer({ guard: { token: TOKEN } });
  listener = await listen(() => server.app, { host: '127.0.0.1', port: 0 });
  client = new TrackerClient({ baseUrl: listener.url, token: TOKEN, logger: silentLogger });
  experimentId = await server.store.createExperiment({ name: 'e' });
  const { info } = await server.store.createRun({ experimentId, startTimeMs: 1000 });
  runId = info.runId;
});
afterEach(async () => {
  await client.close();
  await listener.close();
  await server.close();
  expect(server.errors).toEqual([]);
});

const metric = (step: number, value = step) => ({
  key: 'loss',
  value,
  timestampMs: 1000 + step,
  step,
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('our own client', () => {
  it('asks how the store is, and what the artifacts are', async () => {
    expect(await client.status()).toMatchObject({
      product: 'mlflow-tracker',
      version: '1.2.3',
      store: { kind: 'file', writable: true },
    });
    expect((await client.getStatus()).kind).toBe('file');
    const { info } = await client.getRun(runId);
    const below = info.artifactUri.replace('mlflow-artifacts:/', '');
    for (const file of ['a/ü b.txt', 'c.txt']) {
      await fetch(
        `${listener.url}/api/2.0/mlflow-artifacts/artifacts/${below}/${encodeURI(file)}`,
        {
          method: 'PUT',
          body: file,
          headers: { authorization: `Bearer ${TOKEN}` },
        },
      );
    }
    expect((await client.listArtifacts(runId, '')).map(file => file.path)).toEqual(['a', 'c.txt']);
    expect(await client.listArtifacts(runId, 'a')).toEqual([
      { path: 'a/ü b.txt', isDir: false, fileSize: 10 },
    ]);
    const { stream, size } = await client.readArtifact(runId, 'a/ü b.txt');
    expect([await new Response(stream).text(), size]).toEqual(['a/ü b.txt', 10]);
    await expect(client.readArtifact(runId, 'no')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('is told of a wrong token in plain words', async () => {
    const stranger = new TrackerClient({
      baseUrl: listener.url,
      token: 'wrong',
      logger: silentLogger,
    });
    await expect(stranger.status()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('samples histories, and sees at once what is logged through the server', async () => {
    const series = [
      { run_id: runId, metric_key: 'loss' },
      { run_id: runId, metric_key: 'none' },
    ];
    const request = { series, x: 'relative', columns: 10, smoothing: 0.5 } as const;
    expect((await client.sampleMetrics(request)).map(one => one.total)).toEqual([0, 0]);
    await client.logBatch(runId, { metrics: Array.from({ length: 100 }, (_, i) => metric(i)) });
    const [sampled] = await client.sampleMetrics(request);
    expect(sampled).toMatchObject({ runId, metricKey: 'loss', total: 100, xMin: 0, xMax: 99 });
    expect(sampled?.smoothed.length).toBe(sampled?.values.length);
    await client.logMetric(runId, metric(100, 1e6));
    const [again] = await client.sampleMetrics(request);
    expect(again?.total).toBe(101);
    expect([...(again?.values ?? [])]).toContain(1e6);
  });

  it.each([{ columns: 0 }, { columns: 1.5 }, { smoothing: 1 }, { x: 'y' as 'step' }])(
    'is refused a sample with %j',
    async wrong => {
      const request = { series: [], x: 'step' as const, columns: 10, smoothing: 0, ...wrong };
      await expect(client.sampleMetrics(request)).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
      });
    },
  );

  it('hears of changes until it stops listening, and the server lets go', async () => {
    const heard: StoreChange[] = [];
    const stop = new AbortController();
    const done = client.events(changes => heard.push(...changes), { signal: stop.signal });
    await new Promise(resolve => setTimeout(resolve, 300));
    await server.store.logMetric(runId, metric(1));
    await until(() => heard.some(change => change.kind === 'runs' && change.runId === runId));
    stop.abort();
    await done;
    const count = heard.length;
    await server.store.createExperiment({ name: 'later' });
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(heard.length).toBe(count);
  });

  it('connects again when the server was away, and then looks at everything', async () => {
    const heard: StoreChange[] = [];
    const stop = new AbortController();
    const done = client.events(changes => heard.push(...changes), { signal: stop.signal });
    await new Promise(resolve => setTimeout(resolve, 300));
    await listener.close();
    const again = await openServer({ guard: { token: TOKEN } });
    listener = await listen(() => again.app, { host: '127.0.0.1', port: listener.port });
    await until(() => heard.some(change => change.kind === 'everything'));
    stop.abort();
    await done;
    await listener.close();
    await again.close();
  });

  it('is told the end of the events by a server that closes, instead of being cut off', async () => {
    const response = await fetch(`${listener.url}${TRACKER_API}/events`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const closed = listener.close();
    // Cut off by force, reading would reject.
    expect(await response.text()).toBe(': connected\n\n');
    await closed;
  });
});

describe('a foreign server', () => {
  /** Our server without what MLflow's servers lack. */
  const foreign = (lacks: RegExp): RestStore =>
    new RestStore({
      baseUrl: listener.url,
      token: TOKEN,
      logger: silentLogger,
      fetch: (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input);
        return lacks.test(url.pathname)
          ? Promise.resolve(new Response('<html>Not Found</html>', { status: 404 }))
          : fetch(input, init);
      },
    });

  it('is looked at now and then, only while someone listens', async () => {
    const store = foreign(new RegExp(TRACKER_API));
    const heard: StoreChange[] = [];
    const subscription = store.onDidChange(changes => heard.push(...changes));
    await new Promise(resolve => setTimeout(resolve, 800));
    await server.store.logMetric(runId, metric(1));
    await until(() => heard.some(change => change.kind === 'runs' && change.runId === runId));
    await server.store.createExperiment({ name: 'new' });
    await until(() => heard.some(change => change.kind === 'experiments'));
    await server.store.updateRun(runId, { status: 'FINISHED', endTimeMs: 5 });
    const before = heard.length;
    await until(() => heard.length > before);
    subscription.dispose();
    await store.close();
  });

  it('of an old MLflow is used as far as it goes', async () => {
    const store = foreign(/experiments\/search|log-inputs|logged-models|delete-experiment-tag/);
    const { items } = await store.searchExperiments({ maxResults: 10 });
    expect(items.map(one => one.name)).toContain('e');
    await expect(
      store.searchExperiments({ maxResults: 10, filter: "name = 'e'" }),
    ).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' });
    expect(await store.searchDatasets([experimentId])).toEqual([]);
    expect(await store.searchLoggedModels({ experimentIds: [experimentId] })).toEqual({
      items: [],
    });
    await expect(store.logInputs(runId, { datasets: [] })).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
    });
    await expect(store.deleteExperimentTag(experimentId, 'a')).rejects.toMatchObject({
      message: expect.stringContaining('3.3') as string,
    });
  });

  it('is asked for whole histories page by page', async () => {
    const metrics = Array.from({ length: 1000 }, (_, i) => metric(999 - i));
    await client.logBatch(runId, { metrics });
    const columns = await client.getMetricColumns(runId, 'loss');
    expect([...columns.steps]).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect((await client.getMetricHistory({ runId, metricKey: 'loss' })).items).toHaveLength(1000);
  });
});

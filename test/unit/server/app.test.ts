import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServer, type ServerFixture } from './fixture';

let server: ServerFixture;
beforeEach(async () => {
  server = await openServer();
});
afterEach(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const API = '/api/2.0/mlflow';
const AJAX = '/ajax-api/2.0/mlflow';

async function newRun(): Promise<{ runId: string; experimentId: string }> {
  const made = await server.call('POST', `${API}/experiments/create`, { name: 'e' });
  const experimentId = made.body.experiment_id as string;
  const created = await server.call<{ run: { info: { run_id: string } } }>(
    'POST',
    `${API}/runs/create`,
    { experiment_id: experimentId, start_time: 1000 },
  );
  return { experimentId, runId: created.body.run.info.run_id };
}

describe('requests', () => {
  it.each([API, AJAX, '/api/2.0/preview/mlflow'])('are served below %s', async prefix => {
    const made = await server.call('POST', `${prefix}/experiments/create`, { name: 'e' });
    expect(made.status).toBe(200);
    const query = `?experiment_id=${made.body.experiment_id as string}`;
    const got = await server.call('GET', `${prefix}/experiments/get${query}`);
    expect(got.body.experiment).toMatchObject({ name: 'e', lifecycle_stage: 'active' });
  });

  it('need a content type, and say so', async () => {
    const plain = await server.send('POST', `${API}/experiments/create`, { body: '{"name":"e"}' });
    expect(plain.status).toBe(400);
    expect(await plain.json()).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
    const charset = await server.send('POST', `${API}/experiments/create`, {
      body: '{"name":"e"}',
      headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    });
    expect(charset.status).toBe(200);
  });

  it.each(['{', '[]', '1', 'null', '"text"', '"[]"', '{"name": NaN'])(
    'with the body %s are refused',
    async body => {
      const { status, body: answer } = await server.call('POST', `${API}/experiments/create`, body);
      expect([status, answer.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    },
  );

  it('may hold JSON in JSON, as very old clients send', async () => {
    const body = JSON.stringify(JSON.stringify({ name: 'e' }));
    expect((await server.call('POST', `${API}/experiments/create`, body)).status).toBe(200);
  });

  it('to unknown endpoints get the answer on which clients fall back', async () => {
    for (const [method, path] of [
      ['GET', `${API}/no/such`],
      ['POST', '/api/3.0/mlflow/traces'],
      ['POST', '/v1/traces'],
      ['GET', `${API}/runs/create`],
      ['GET', '/'],
      ['OPTIONS', `${API}/runs/create`],
    ] as const) {
      const { status, body } = await server.call(method, path);
      expect([status, body.error_code], path).toEqual([404, 'ENDPOINT_NOT_FOUND']);
    }
  });

  it('get no CORS header, whoever asks', async () => {
    const response = await server.send('GET', '/health', {
      headers: { origin: 'http://localhost' },
    });
    expect(await response.text()).toBe('OK');
    const names = [...response.headers.keys()];
    expect(names.filter(name => name.startsWith('access-control'))).toEqual([]);
  });

  it('for health and version are answered in plain text', async () => {
    expect(await (await server.send('GET', '/version')).text()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('metrics', () => {
  it('keep bare NaN, infinities and 64-bit steps', async () => {
    const { runId } = await newRun();
    const log = (members: string) =>
      server.call(
        'POST',
        `${API}/runs/log-metric`,
        `{"run_id": "${runId}", "key": "m", ${members}}`,
      );
    for (const members of [
      '"value": NaN, "timestamp": 1, "step": 9007199254740993',
      '"value": "-Infinity", "timestamp": "2", "step": "-5"',
      '"value": -0.0, "timestamp": 3',
    ]) {
      expect(await log(members)).toEqual({ status: 200, body: {} });
    }
    const history = await server.send(
      'GET',
      `${API}/metrics/get-history?run_uuid=${runId}&metric_key=m`,
    );
    const text = await history.text();
    expect(text).toContain('"step":9007199254740993');
    expect(text).toContain('"value":"NaN"');
    expect(text).toContain('"value":"-Infinity"');
    expect(text).toContain('"value":-0.0');
  });

  it('of several runs come at once, whole or thinned', async () => {
    const { runId, experimentId } = await newRun();
    const other = await server.store.createRun({ experimentId });
    for (const id of [runId, other.info.runId]) {
      const metrics = Array.from({ length: 100 }, (_, step) => ({
        key: 'm',
        value: step,
        timestamp: step,
        step: id === runId ? step : step * 2,
      }));
      const logged = await server.call('POST', `${API}/runs/log-batch`, { run_id: id, metrics });
      expect(logged.status).toBe(200);
    }
    const ids = `run_id=${runId}&run_id=${other.info.runId}&metric_key=m`;
    const bulk = await server.call(
      'GET',
      `${AJAX}/metrics/get-history-bulk?${ids}&max_results=150`,
    );
    expect(bulk.body.metrics).toHaveLength(150);
    const query = `${ids.replaceAll('run_id', 'run_ids')}&start_step=10&end_step=150&max_results=20`;
    const thinned = await server.call<{ metrics: { step: number; run_id: string }[] }>(
      'GET',
      `${API}/metrics/get-history-bulk-interval?${query}`,
    );
    const steps = thinned.body.metrics
      .filter(metric => metric.run_id === runId)
      .map(metric => metric.step);
    expect(steps[0]).toBe(10);
    expect(steps.at(-1)).toBe(99);
    expect(thinned.body.metrics.length).toBeLessThan(50);
    const tooMany = await server.call(
      'GET',
      `${API}/metrics/get-history-bulk-interval?run_ids=${runId}&metric_key=m&max_results=2501`,
    );
    expect(tooMany.status).toBe(400);
  });
});

describe('runs/log-model', () => {
  it('appends to the history, also when several come at once', async () => {
    const { runId } = await newRun();
    const model = (name: string) =>
      JSON.stringify({ artifact_path: name, flavors: {}, utc_time_created: 'now', run_id: runId });
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(
      names.map(name =>
        server.call('POST', `${API}/runs/log-model`, { run_id: runId, model_json: model(name) }),
      ),
    );
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200]);
    const { data } = await server.store.getRun(runId);
    const tag = data.tags.find(({ key }) => key === 'mlflow.log-model.history');
    const logged = JSON.parse(tag?.value ?? '') as { artifact_path: string }[];
    expect(logged.map(entry => entry.artifact_path)).toEqual(names);
    for (const json of ['{', '{}', '[]', model('a').replace('flavors', 'x')]) {
      const { status } = await server.call('POST', `${API}/runs/log-model`, {
        run_id: runId,
        model_json: json,
      });
      expect(status).toBe(400);
    }
  });
});

describe('a server beyond loopback', () => {
  it('takes no paths of its machine as artifact locations', async () => {
    const open = await openServer({ guard: { beyondLoopback: true } });
    for (const [location, status] of [
      ['/etc', 400],
      ['relative', 400],
      ['file:///etc', 400],
      ['mlflow-artifacts:/x', 200],
      ['s3://bucket', 200],
      [undefined, 200],
    ] as const) {
      const request = { name: `at ${location}`, artifact_location: location };
      const made = await open.call('POST', `${API}/experiments/create`, request);
      expect(made.status, location).toBe(status);
    }
    await open.close();
  });
});

describe('a store that is a server itself', () => {
  it('gets what is not served here, and all about artifacts', async () => {
    const passed: string[] = [];
    const over = await openServer({
      passThrough: request => {
        passed.push(`${request.method} ${new URL(request.url).pathname}`);
        return Promise.resolve(new Response('theirs'));
      },
    });
    for (const [method, path] of [
      ['POST', '/api/3.0/mlflow/traces'],
      ['GET', '/get-artifact'],
      ['PUT', '/api/2.0/mlflow-artifacts/artifacts/a/b'],
      ['GET', '/version'],
      ['POST', '/v1/traces'],
    ] as const) {
      expect(await (await over.send(method, path)).text()).toBe('theirs');
    }
    for (const path of ['/', '/static-files/index.html', '/api/2.0/mlflow-tracker/no']) {
      expect((await over.send('GET', path)).status).toBe(404);
    }
    expect((await over.call('GET', `${API}/experiments/search?max_results=1`)).status).toBe(200);
    expect(passed).toHaveLength(5);
    await over.close();
  });
});

import { expect, it } from 'vitest';
import { BODIES, ENDPOINTS, MEMBERS, VALUES } from '../../soak/fuzz/vocabulary';
import { openServer } from './fixture';

it('answers thousands of malformed requests as the errors of a client', async () => {
  const server = await openServer();
  const experimentId = await server.store.createExperiment({ name: 'e' });
  const run = await server.store.createRun({ experimentId });
  const model = await server.store.createLoggedModel({ experimentId });
  const known: Record<string, string> = {
    experiment_id: experimentId,
    run_id: run.info.runId,
    model_id: model.modelId,
    key: 'k',
    value: '1',
    timestamp: '1',
    metric_key: 'k',
    name: 'n',
    max_results: '10',
  };
  let count = 0;
  const bad: string[] = [];

  async function check(method: string, path: string, body?: string): Promise<void> {
    const init =
      body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
    const response = await server.send(method, path, init);
    const text = await response.text();
    count += 1;
    if (response.status >= 500 || !text.startsWith('{')) {
      bad.push(`${method} ${path} ${body ?? ''} → ${response.status} ${text}`);
    }
  }

  for (const endpoint of ENDPOINTS) {
    const path = `/api/2.0/mlflow/${endpoint.path}`.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(known[name] ?? 'x'),
    );
    for (const method of endpoint.methods) {
      if (method === 'GET') {
        await check(method, path);
        for (const member of MEMBERS) {
          for (const value of ['', 'x', '-1', '1e99', 'NaN', '\ud800', '%', '..']) {
            const query = new URLSearchParams(known);
            query.set(member, value);
            await check(method, `${path}?${query.toString()}`);
          }
        }
        continue;
      }
      for (const body of BODIES) {
        await check(method, path, body);
      }
      for (const member of MEMBERS) {
        // A third of them for each endpoint, another third for the next.
        for (const value of VALUES.filter(
          (_, index) => (index + ENDPOINTS.indexOf(endpoint)) % 3 === 0,
        )) {
          const others = Object.entries(known).filter(([name]) => name !== member);
          const text = others.map(
            ([name, other]) => `${JSON.stringify(name)}: ${JSON.stringify(other)}`,
          );
          await check(method, path, `{${[...text, `"${member}": ${value}`].join(', ')}}`);
        }
      }
    }
  }
  expect(bad).toEqual([]);
  expect(server.errors).toEqual([]);
  expect(count).toBeGreaterThan(4000);
  await server.close();
}, 120_000);

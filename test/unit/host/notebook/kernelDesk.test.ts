import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { KernelDesk, type DeskPlace } from '../../../../src/host/notebook/kernelDesk';
import { NotebookContext } from '../../../../src/host/notebook/notebookContext';

let desk: KernelDesk;
beforeEach(() => (desk = new KernelDesk(silentLogger)));
afterEach(() => desk.dispose());

/** @returns status and body */
function ask(
  { port }: DeskPlace,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [number | undefined, string]> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, headers }, response => {
      text(response).then(body => resolve([response.statusCode, body]), reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}

function bearer({ token }: DeskPlace): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

test('answers who has the token of a place, each at its own', async () => {
  const one = await desk.open(async () => 'one');
  const two = await desk.open(async () => ({ name: 'zwei ü' }));
  expect(await ask(one, bearer(one))).toEqual([200, '"one"']);
  expect(await ask(two, bearer(two))).toEqual([200, '{"name":"zwei ü"}']);
  two.dispose();
  expect(await ask(two, bearer(two))).toEqual([404, '']);
  expect(await ask(one, bearer(one))).toEqual([200, '"one"']);
});

test('tells nobody else anything, nor a page in a browser under the name of its site', async () => {
  const place = await desk.open(async () => 'secret');
  expect(await ask(place, {})).toEqual([404, '']);
  expect(await ask(place, { authorization: 'Bearer 00' })).toEqual([404, '']);
  expect(await ask(place, { ...bearer(place), host: `evil.example:${place.port}` })).toEqual([
    404,
    '',
  ]);
  expect(await ask(place, { ...bearer(place), host: `127.0.0.1:${place.port}` })).toEqual([
    200,
    '"secret"',
  ]);
});

test('goes on after an answer that fails', async () => {
  let fails = true;
  const place = await desk.open(async () => {
    if (fails) {
      throw new Error('no git');
    }
    return 'well';
  });
  expect(await ask(place, bearer(place))).toEqual([500, '']);
  fails = false;
  expect(await ask(place, bearer(place))).toEqual([200, '"well"']);
});

test('a process of a kernel is told the variables once', async () => {
  const variables = { MLFLOW_TRACKING_PASSWORD: 'secret' };
  const context = new NotebookContext({
    file: undefined,
    variables: () => Promise.resolve(variables),
    env: {},
    logger: silentLogger,
  });
  expect(await context.answer()).toMatchObject({ tags: {}, variables });
  expect(await context.answer()).toEqual({ tags: {} });
  context.begin();
  expect(await context.answer()).toMatchObject({ tags: {}, variables });
});

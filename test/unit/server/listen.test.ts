import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { listen, type ConnectionLimits, type Listener } from '../../../src/server/listen';
import { openServer, type ServerFixture } from './fixture';

/** ms; the defaults are far longer. */
const SHORT: Partial<ConnectionLimits> = {
  headersMs: 300,
  bodyIdleMs: 300,
  keepAliveMs: 300,
  answerIdleMs: 600,
};

let server: ServerFixture | undefined;
let listener: Listener | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.destroy();
  }
  await listener?.close();
  await server?.close();
});

async function start(limits: Partial<ConnectionLimits>): Promise<number> {
  const opened = await openServer();
  server = opened;
  listener = await listen(() => opened.app, { host: '127.0.0.1', port: 0, limits });
  return listener.port;
}

/** A connection and what has come back on it. */
async function open(port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', chunk => (text += String(chunk)));
  // A reset is an end too.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => text };
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.destroyed) {
    await once(socket, 'close');
  }
}

const GET = 'GET /version HTTP/1.1\r\nHost: localhost\r\n';

function postHead(port: number, length: number): string {
  return (
    `POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: localhost:${port}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  );
}

it('closes a connection that sends nothing, or no end of its headers', async () => {
  const port = await start(SHORT);
  const silent = await open(port);
  const slow = await open(port);
  slow.socket.write(GET);
  const drip = setInterval(() => slow.socket.write('X-A: b\r\n'), 50);
  await Promise.all([closed(silent.socket), closed(slow.socket)]);
  clearInterval(drip);
  expect(slow.received()).toMatch(/^HTTP\/1\.1 408 [^]*INVALID_PARAMETER_VALUE/);
});

it('closes a connection that stops in the middle of a body', async () => {
  const port = await start({ ...SHORT, answerIdleMs: 600_000 });
  const { socket, received } = await open(port);
  socket.write(`${postHead(port, 100)}{"name":`);
  await closed(socket);
  expect(received()).toBe('');
  expect(server?.errors).toEqual([]);
});

it('waits for a body that comes slowly but comes', async () => {
  const port = await start(SHORT);
  const { socket, received } = await open(port);
  const body = '{"name": "slow"}';
  socket.write(postHead(port, body.length));
  for (const character of body) {
    await delay(60);
    socket.write(character);
  }
  await once(socket, 'data');
  expect(received()).toMatch(/^HTTP\/1\.1 200 [^]*experiment_id/);
});

it('closes an idle connection, and not one whose answer takes its time', async () => {
  const port = await start({ ...SHORT, answerIdleMs: 10_000 });
  const idle = await open(port);
  idle.socket.write(`${GET.replace('localhost', `localhost:${port}`)}\r\n`);
  const busy = await open(port);
  busy.socket.write(
    `GET /api/2.0/mlflow-tracker/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
  );
  await closed(idle.socket);
  expect(idle.received()).toMatch(/^HTTP\/1\.1 200 /);
  expect(busy.socket.destroyed).toBe(false);
  expect(busy.received()).toMatch(/text\/event-stream/);
});

it('refuses headers that are too large, and what is no HTTP', async () => {
  const port = await start({});
  for (const [bytes, status] of [
    [`${GET}X-Large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    [
      `${GET}${Array.from({ length: 3_000 }, (_, index) => `X-${index}: many\r\n`).join('')}\r\n`,
      431,
    ],
    ['\u0000\u0001\u0002\r\n\r\n', 400],
    ['GET / HTTP/9.9\r\n\r\n', 400],
    ['GET /version HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['GET /version HTTP/1.1\r\nHost: a\r\n\r\n', 403],
    ['GET /version HTTP/1.1\r\n\r\n', 400],
  ] as const) {
    const { socket, received } = await open(port);
    socket.write(bytes);
    await Promise.race([closed(socket), once(socket, 'data')]);
    expect(received(), bytes.slice(0, 60)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  }
  expect(server?.errors).toEqual([]);
});

it('takes no more connections than it may', async () => {
  const port = await start({ connections: 3 });
  const taken = [await open(port), await open(port), await open(port)];
  const surplus = await open(port);
  await closed(surplus.socket);
  expect(taken.map(({ socket }) => socket.destroyed)).toEqual([false, false, false]);
});

it('makes its app for the first request, once, and closes also one that is made too late', async () => {
  const opened = await openServer();
  server = opened;
  let made = 0;
  let closedApps = 0;
  const make = async () => {
    made += 1;
    await delay(100);
    return { ...opened.app, close: () => (closedApps += 1) };
  };
  listener = await listen(make, { host: '127.0.0.1', port: 0 });
  expect(made).toBe(0);
  const ask = async () => (await fetch(`${listener?.url}/version`)).status;
  expect(await Promise.all([ask(), ask()])).toEqual([200, 200]);
  await listener.load();
  expect(made).toBe(1);
  await listener.close();
  expect(closedApps).toBe(1);

  listener = await listen(make, { host: '127.0.0.1', port: 0 });
  const loading = listener.load();
  await listener.close();
  await loading;
  expect(closedApps).toBe(2);
});

it('says so when its app cannot be made', async () => {
  const fail = () => Promise.reject(new Error('main.mjs is gone'));
  listener = await listen(fail, { host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${listener.url}/version`);
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({
    error_code: 'INTERNAL_ERROR',
    message: 'The server could not be loaded: main.mjs is gone',
  });
});

import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { aNumber, anObject, aString } from '../../../src/protocol/payload';
import { RpcConnection, RpcError, type RpcPort } from '../../../src/protocol/rpc';

interface Server {
  add(request: { a: number; b: number }): number;
  wait(name: string): string;
  columns(length: number): Float64Array;
}

interface Client {
  told(text: string): void;
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) {
    cleanUp();
  }
});

/** Two ends over a real channel with structured cloning. */
function connect() {
  const { port1, port2 } = new MessageChannel();
  const portOf = (port: typeof port1): RpcPort => ({
    post: (message, transfer) => port.postMessage(message, [...(transfer ?? [])]),
    listen(listener) {
      port.on('message', listener);
      return { dispose: () => port.off('message', listener) };
    },
  });
  const aborted: string[] = [];
  const told: string[] = [];
  const describeError = (error: unknown) => ({
    code: 'INTERNAL_ERROR',
    message: error instanceof Error ? error.message : String(error),
  });
  const server = new RpcConnection<Server, Client>(portOf(port1), {
    handlers: {
      add: ({ a, b }) => {
        if (a === 13) {
          throw new Error('Not thirteen.');
        }
        return a + b;
      },
      wait: (name, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(name);
            reject(new Error('aborted'));
          });
        }),
      columns: length =>
        Float64Array.from({ length }, (_, index) => (index === 1 ? Number.NaN : index)),
    },
    parsers: { add: anObject({ a: aNumber, b: aNumber }), wait: aString, columns: aNumber },
    describeError,
  });
  const client = new RpcConnection<Client, Server>(portOf(port2), {
    handlers: { told: text => void told.push(text) },
    parsers: { told: aString },
    describeError,
  });
  cleanUps.push(() => {
    port1.close();
    port2.close();
  });
  return { server, client, aborted, told, rawPort: port2 };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) {
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

describe('RpcConnection', () => {
  it('answers a call, and numbers keep their values in typed arrays', async () => {
    const { client } = connect();
    expect(await client.call('add', { a: 2, b: 3 })).toBe(5);
    expect(await client.call('columns', 3)).toEqual(Float64Array.of(0, Number.NaN, 2));
  });

  it('rejects with what the handler threw', async () => {
    const { client } = connect();
    const call = client.call('add', { a: 13, b: 0 });
    await expect(call).rejects.toMatchObject({ code: 'INTERNAL_ERROR', message: 'Not thirteen.' });
  });

  it('refuses a payload of the wrong form, and names the place', async () => {
    const { client } = connect();
    const wrong: unknown = { a: 'two', b: 3 };
    const call = client.call('add', wrong as { a: number; b: number });
    await expect(call).rejects.toMatchObject({
      code: 'BAD_PAYLOAD',
      message: expect.stringContaining('.a ') as string,
    });
  });

  it.each(['nothing', 'constructor', 'toString'])('refuses the unknown method %s', async method => {
    const { client } = connect();
    const call = client.call(method as 'add', { a: 1, b: 1 });
    await expect(call).rejects.toMatchObject({ code: 'UNKNOWN_METHOD' });
  });

  it('cancels a call at both ends', async () => {
    const { client, aborted } = connect();
    const controller = new AbortController();
    const call = client.call('wait', 'x', controller);
    await client.call('add', { a: 1, b: 1 });
    controller.abort(new RpcError('CANCELLED', 'Enough.'));
    await expect(call).rejects.toMatchObject({ message: 'Enough.' });
    await until(() => aborted.length === 1);
    await expect(client.call('wait', 'y', controller)).rejects.toMatchObject({
      message: 'Enough.',
    });
  });

  it('rejects what is pending on dispose, and cancels what it was answering', async () => {
    const { client, server, aborted } = connect();
    const call = client.call('wait', 'x');
    await client.call('add', { a: 1, b: 1 });
    server.dispose();
    expect(aborted).toEqual(['x']);
    client.dispose();
    await expect(call).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('notifies without an answer, and takes no notice of other messages', async () => {
    const { client, server, told, rawPort } = connect();
    for (const noise of [
      null,
      'text',
      { type: 'call' },
      { type: 'reply', id: 99, ok: 1 },
      { type: 'reply', id: 1, err: 2 },
    ]) {
      rawPort.postMessage(noise);
    }
    server.notify('told', 'hello');
    await until(() => told.length === 1);
    expect(told).toEqual(['hello']);
    expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
  });
});

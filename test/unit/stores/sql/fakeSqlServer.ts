import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

/** Text, or a whole number of eight bytes. */
export type FakeRow = Readonly<Record<string, string | bigint>>;

export interface FakeSqlServer {
  readonly port: number;
  /** The texts that the server was asked, in order. */
  readonly asked: string[];
  /** Ends every connection without a word. */
  breakConnections(): void;
}

const PRELOGIN = 0x12;
const LOGIN = 0x10;
const BATCH = 0x01;

/**
 * Stands in for a SQL Server, which cannot run here: enough of its protocol (MS-TDS) to log in without encryption and to be
 * asked. It shows that the driver is used as it wants to be, and nothing about the real server.
 * @param options.answer the rows for a statement; an error number refuses it.
 */
export async function fakeSqlServer(options: {
  readonly refusesLogin?: { readonly number: number; readonly message: string };
  readonly answer?: (sql: string) => readonly FakeRow[] | number;
}): Promise<FakeSqlServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let pending = Buffer.alloc(0);
    let body = Buffer.alloc(0);
    socket.on('data', data => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 8 && pending.length >= pending.readUInt16BE(2)) {
        const length = pending.readUInt16BE(2);
        const [type = 0, status = 0] = pending;
        body = Buffer.concat([body, pending.subarray(8, length)]);
        pending = pending.subarray(length);
        if ((status & 1) === 1) {
          socket.write(packet(reply(type, body)));
          body = Buffer.alloc(0);
        }
      }
    });
  });
  function reply(type: number, body: Buffer): Buffer {
    if (type === PRELOGIN) {
      return prelogin();
    }
    if (type === LOGIN) {
      const refused = options.refusesLogin;
      return refused
        ? Buffer.concat([error(refused.number, refused.message), done(2)])
        : Buffer.concat([loginAcknowledged(), collation(), done(0)]);
    }
    const sql = statementOf(type, body);
    asked.push(sql);
    const answer = type === BATCH ? [] : (options.answer?.(sql) ?? []);
    return typeof answer === 'number'
      ? Buffer.concat([error(answer, `error ${answer}`), done(2)])
      : Buffer.concat([rowsOf(answer), done(0)]);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    sockets.forEach(socket => socket.destroy());
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    breakConnections: () => sockets.forEach(socket => socket.destroy()),
  };
}

function packet(data: Buffer): Buffer {
  const header = Buffer.from([4, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(data.length + 8, 2);
  return Buffer.concat([header, data]);
}

/** Version 16, no encryption. */
function prelogin(): Buffer {
  return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2]);
}

function error(number: number, message: string): Buffer {
  const fixed = Buffer.alloc(6);
  fixed.writeInt32LE(number, 0);
  fixed.set([1, 14], 4);
  const text = Buffer.from(message, 'utf16le');
  return token(
    0xaa,
    Buffer.concat([fixed, uint16(message.length), text, Buffer.from([0, 0, 1, 0, 0, 0])]),
  );
}

function loginAcknowledged(): Buffer {
  const name = Buffer.from('SQL', 'utf16le');
  return token(
    0xad,
    Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4, 3]), name, Buffer.from([16, 0, 0, 0])]),
  );
}

/** The one of most servers, with code page 1252. */
function collation(): Buffer {
  return token(0xe3, Buffer.from([7, 5, 0x09, 0x04, 0xd0, 0x00, 0x34, 0]));
}

function done(status: number): Buffer {
  const body = Buffer.alloc(13);
  body[0] = 0xfd;
  body.writeUInt16LE(status, 1);
  return body;
}

function rowsOf(rows: readonly FakeRow[]): Buffer {
  const [first] = rows;
  if (!first) {
    return Buffer.alloc(0);
  }
  const columns = Object.entries(first).map(([name, value]) =>
    Buffer.concat([
      Buffer.from([0, 0, 0, 0, 9, 0]),
      typeof value === 'bigint'
        ? Buffer.from([0x26, 8])
        : Buffer.from([0xe7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34]),
      Buffer.from([name.length]),
      Buffer.from(name, 'utf16le'),
    ]),
  );
  return Buffer.concat([
    Buffer.from([0x81]),
    uint16(columns.length),
    ...columns,
    ...rows.flatMap(row => [Buffer.from([0xd1]), ...Object.values(row).map(valueOf)]),
  ]);
}

function valueOf(value: string | bigint): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf16le');
    return Buffer.concat([uint16(text.length), text]);
  }
  const number = Buffer.alloc(9);
  number[0] = 8;
  number.writeBigInt64LE(value, 1);
  return number;
}

function token(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), uint16(body.length), body]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** What follows the headers; of a procedure call, all of its text: the statement, its parameters' types and values. */
function statementOf(type: number, body: Buffer): string {
  const text = body.subarray(body.readUInt32LE(0));
  const readable = (type === BATCH ? text : text.subarray(4)).toString('utf16le');
  return readable.replace(/[^\x20-\x7e]+/g, ' ').trim();
}

import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One kept-alive HTTP/1.1 connection that has one request under way at a time and knows just enough of HTTP to find the
 * end of an answer: a client library would cost more than the servers that are measured.
 */
export class RawClient {
  private received = Buffer.alloc(0);
  private waiting: { resolve: (answer: RawAnswer) => void; reject: (e: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.settle();
    });
    socket.on('error', error => this.fail(error));
    socket.on('close', () => this.fail(new Error('The server closed the connection')));
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  /** @param request a whole request, head and body */
  send(request: Buffer): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }

  private settle(): void {
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0 || !this.waiting) {
      return;
    }
    const head = this.received.toString('latin1', 0, headEnd);
    const start = headEnd + HEAD_END.length;
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const end = length === undefined ? chunksEnd(this.received, start) : start + Number(length);
    if (end === undefined || this.received.length < end) {
      return;
    }
    const raw = this.received.subarray(start, end);
    const { resolve } = this.waiting;
    this.waiting = undefined;
    this.received = this.received.subarray(end);
    resolve({
      status: Number(head.slice(9, 12)),
      body: length === undefined ? joinedChunks(raw) : raw,
    });
  }
}

/** Where the last chunk ends; `undefined` while it is not there. */
function chunksEnd(buffer: Buffer, start: number): number | undefined {
  // Cheap for the many short reads of a long answer: the end is looked for only where it can be.
  return buffer.length > start && buffer.subarray(-5).toString('latin1') === '0\r\n\r\n'
    ? buffer.length
    : undefined;
}

function joinedChunks(raw: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const size = parseInt(raw.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) {
      return Buffer.concat(parts);
    }
    parts.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toDisposable, type Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';

/** Where one kernel asks. */
export interface DeskPlace extends Disposable {
  readonly port: number;
  readonly token: string;
}

type Answer = () => Promise<unknown>;

/**
 * Answers the kernels of open notebooks, over loopback and to whoever has the token of a place. What they are told may hold
 * credentials: code that is sent to a kernel is logged by Jupyter, and a file stays.
 */
export class KernelDesk implements Disposable {
  private readonly answers = new Map<string, Answer>();
  private listening: Promise<Server> | undefined;

  constructor(private readonly logger: Logger) {}

  /** @param answer is asked anew for each question */
  async open(answer: Answer): Promise<DeskPlace> {
    this.listening ??= this.listen();
    const { port } = (await this.listening).address() as AddressInfo;
    const token = randomBytes(32).toString('hex');
    this.answers.set(token, answer);
    return { port, token, ...toDisposable(() => this.answers.delete(token)) };
  }

  dispose(): void {
    this.answers.clear();
    this.listening?.then(
      server => server.close(),
      () => {},
    );
  }

  private async listen(): Promise<Server> {
    const server = createServer((request, response) => void this.serve(request, response));
    // A window that closes does not wait for a kernel.
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = this.answerFor(request);
    if (answer === undefined) {
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    try {
      const body = JSON.stringify(await answer());
      response
        .writeHead(200, { 'content-type': 'application/json', connection: 'close' })
        .end(body);
    } catch (error) {
      this.logger.warn(`A notebook's kernel gets no answer: ${String(error)}`);
      response.writeHead(500, { connection: 'close' }).end();
    }
  }

  private answerFor({ headers, socket }: IncomingMessage): Answer | undefined {
    // A page in a browser reaches loopback too, under the name of its own site.
    const isOurs = headers.host === `127.0.0.1:${socket.localPort ?? 0}`;
    const token = /^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1];
    return isOurs && token !== undefined ? this.answers.get(token) : undefined;
  }
}

import { createInterface, type Interface } from 'node:readline';
import {
  processEnd,
  type OutputStream,
  type ProcessEnd,
  type ProcessOptions,
  type SupervisedProcess,
} from './supervisedProcess';

/** What the driver of a session says, one JSON object a line on stdin. */
export type SessionMessage =
  | { readonly type: 'output'; readonly text: string; readonly stream: 'stdout' | 'stderr' }
  /** Process id of the script, for the load of its process tree. */
  | { readonly type: 'process'; readonly pid: number }
  /** How the script ended; null for a script that was made to. */
  | { readonly type: 'ended'; readonly exitCode: number | null };

/** What is said to the driver, one JSON object a line on stdout. */
export type SessionAnswer =
  /** First of all: variables for the script's environment; null removes one. */
  | { readonly type: 'environment'; readonly variables: Readonly<Record<string, string | null>> }
  /** Somebody asks for the script's end. */
  | { readonly type: 'stop' };

/**
 * A script that somebody else runs, such as a debugger, and tells about over stdin and stdout. A driver that goes away has
 * ended its script.
 */
export class SessionProcess implements SupervisedProcess {
  pid: number | undefined;
  private readonly input: Interface;
  private readonly end: Promise<number | null>;
  private signalledAtMs: number | undefined;

  constructor(private readonly options: ProcessOptions) {
    this.input = createInterface({ input: process.stdin });
    this.end = new Promise(resolve => {
      this.input.on('line', line => {
        const message = readMessage(line);
        switch (message?.type) {
          case 'output':
            this.options.onOutput(Buffer.from(message.text), message.stream satisfies OutputStream);
            break;
          case 'process':
            this.pid = message.pid;
            break;
          case 'ended':
            resolve(message.exitCode);
            break;
          case undefined:
            break;
        }
      });
      this.input.once('close', () => resolve(null));
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.stop());
    }
  }

  started(): Promise<void> {
    this.say({ type: 'environment', variables: changes(process.env, this.options.env) });
    return Promise.resolve();
  }

  stop(): void {
    this.signalledAtMs ??= Date.now();
    this.say({ type: 'stop' });
  }

  async ended(): Promise<ProcessEnd> {
    const exitCode = await this.end;
    this.input.close();
    process.stdin.destroy();
    return processEnd(
      exitCode,
      exitCode === null ? 'SIGTERM' : null,
      Date.now(),
      this.signalledAtMs,
    );
  }

  private say(answer: SessionAnswer): void {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/** @returns undefined for what is no message: a driver of another version */
function readMessage(line: string): SessionMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('type' in value)) {
      return undefined;
    }
    const { type, text, stream, pid, exitCode } = value as Record<string, unknown>;
    if (type === 'output' && typeof text === 'string') {
      return { type, text, stream: stream === 'stderr' ? 'stderr' : 'stdout' };
    }
    if (type === 'process' && typeof pid === 'number') {
      return { type, pid };
    }
    return type === 'ended'
      ? { type, exitCode: typeof exitCode === 'number' ? exitCode : null }
      : undefined;
  } catch {
    return undefined;
  }
}

function changes(
  before: NodeJS.ProcessEnv,
  after: NodeJS.ProcessEnv,
): Readonly<Record<string, string | null>> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names]
      .filter(name => before[name] !== after[name])
      .map(name => [name, after[name] ?? null]),
  );
}

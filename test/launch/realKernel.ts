import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface KernelOptions {
  /** The project's own folder. */
  readonly project: string;
  /** Where the kernel runs. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A message of Jupyter's protocol, as far as the tests look at it. */
export interface KernelMessage {
  readonly id: number;
  readonly kind: 'stream' | 'execute_result' | 'display_data' | 'error' | 'done';
  readonly content?: {
    readonly name?: 'stdout' | 'stderr';
    readonly text?: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly ename?: string;
    readonly evalue?: string;
    readonly traceback?: readonly string[];
  };
  /** Of the cell, counted by the kernel. */
  readonly count?: number;
}

interface Request {
  readonly code?: string;
  readonly history?: boolean;
  readonly restart?: boolean;
}

/** A real ipykernel, in the environment of the tests that has one. */
export class RealKernel implements AsyncDisposable {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly listeners = new Map<number, (message: KernelMessage) => void>();
  private requests = 0;
  private errors = '';
  readonly ready: Promise<KernelMessage>;

  constructor({ project, cwd, env }: KernelOptions) {
    const python = path.join(project, '.test-env/notebooks/bin/python');
    this.child = spawn(python, [path.join(project, 'test/launch/realKernel.py')], {
      cwd,
      env,
      stdio: 'pipe',
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    createInterface({ input: this.child.stdout }).on('line', line => {
      const message = JSON.parse(line) as KernelMessage;
      this.listeners.get(message.id)?.(message);
    });
    this.ready = this.answer(0, () => {});
  }

  /** Runs code to its end. */
  async run(
    code: string,
    {
      history = true,
      tell = () => {},
    }: { history?: boolean; tell?: (m: KernelMessage) => void } = {},
  ): Promise<KernelMessage> {
    return await this.ask({ code, history }, tell);
  }

  /** What a cell prints and gives. Throws with its traceback when it fails. */
  async text(code: string): Promise<string> {
    let text = '';
    let failure: Error | undefined;
    await this.run(code, {
      tell: ({ content, kind }) => {
        if (kind === 'error') {
          failure = new Error(content?.traceback?.join('\n'));
        }
        text += content?.text ?? content?.data?.['text/plain'] ?? '';
      },
    });
    if (failure !== undefined) {
      throw failure;
    }
    return text;
  }

  async restart(): Promise<void> {
    await this.ask({ restart: true }, () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise(resolve => this.child.once('close', resolve));
    this.child.stdin.end();
    await ended;
  }

  private async ask(
    request: Request,
    tell: (message: KernelMessage) => void,
  ): Promise<KernelMessage> {
    await this.ready;
    this.requests += 1;
    const id = this.requests;
    const answer = this.answer(id, tell);
    this.child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    return await answer;
  }

  private answer(id: number, tell: (message: KernelMessage) => void): Promise<KernelMessage> {
    return new Promise((resolve, reject) => {
      this.child.once('close', () => reject(new Error(`The kernel has ended: ${this.errors}`)));
      this.listeners.set(id, message => {
        if (message.kind === 'done') {
          this.listeners.delete(id);
          resolve(message);
        } else {
          tell(message);
        }
      });
    });
  }
}

/** For PYTHONPATH: the packages of another environment that was made by the same Python. */
export function packagesOf(environment: string): string {
  const libraries = path.join(environment, 'lib');
  return path.join(libraries, readdirSync(libraries)[0] ?? '', 'site-packages');
}

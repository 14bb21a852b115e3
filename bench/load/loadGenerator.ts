import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Workspace } from '../workspace';
import type { Load, LoadJob, LoadReply } from './loadJob';

/** Drives servers from a process of its own, so that what the bench does meanwhile costs no request anything. */
export class LoadGenerator {
  private readonly worker: ChildProcess;

  constructor(private readonly workspace: Workspace) {
    this.worker = forked(workspace, 'worker');
  }

  async drive(job: LoadJob): Promise<Load> {
    const answered = once(this.worker, 'message') as Promise<[LoadReply]>;
    this.worker.send(job);
    const [reply] = await answered;
    if ('failure' in reply) {
      throw new Error(reply.failure);
    }
    return reply.load;
  }

  /** Requests a second that the generator manages with a server that does nothing. */
  async ceiling(clients: number): Promise<number> {
    const nothing = forked(this.workspace, 'nullServer');
    const [port] = (await once(nothing, 'message')) as [number];
    const bodies = '{"key": "loss", "value": 0.5, "timestamp": #, "step": #}';
    const job = { port, method: 'POST', path: '/', bodies, clients } as const;
    await this.drive({ ...job, maxMs: 300, maxRequests: Infinity });
    const { perSecond } = await this.drive({ ...job, maxMs: 1000, maxRequests: Infinity });
    nothing.disconnect();
    return perSecond;
  }
}

function forked(workspace: Workspace, program: string): ChildProcess {
  const file = path.join(workspace.project, 'dist', 'bench', `${program}.mjs`);
  const child = fork(file, { serialization: 'advanced', execArgv: [] });
  workspace.onClose(() => {
    child.kill();
    return Promise.resolve();
  });
  return child;
}

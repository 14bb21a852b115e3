import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Everything that a bench session starts or writes, undone by `close()` in reverse order. */
export class Workspace {
  private readonly closers: (() => Promise<void>)[] = [];

  private constructor(
    readonly root: string,
    /** The project's folder. */
    readonly project: string,
  ) {}

  static async create(): Promise<Workspace> {
    const root = await mkdtemp(path.join(os.tmpdir(), 'mlflow-tracker-bench-'));
    const workspace = new Workspace(root, process.cwd());
    workspace.onClose(() => rm(root, { recursive: true, force: true }));
    return workspace;
  }

  onClose(close: () => Promise<void>): void {
    this.closers.push(close);
  }

  path(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  get python(): string {
    return path.join(this.project, 'examples', '.venv', 'bin', 'python');
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) {
      await close();
    }
  }
}

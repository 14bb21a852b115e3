import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of its own for one test, removed at the end. */
export class TemporaryFolder {
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /**
   * The parent's name is unique and the folder's own stable: screenshots and experiment names show the latter.
   * @param template a folder to copy into it; virtual environments and stores stay behind unless `whole`
   */
  static async create(template?: string, { whole = false } = {}): Promise<TemporaryFolder> {
    const parent = await realpath(await mkdtemp(path.join(tmpdir(), 'tracker-ws-')));
    const folder = path.join(parent, path.basename(template ?? 'workspace'));
    if (template === undefined) await mkdir(folder);
    else await cp(template, folder, { recursive: true, filter: file => whole || !isMade(file) });
    return new TemporaryFolder(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const parent = path.dirname(this.path);
    await rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** What a session leaves behind in a workspace. */
function isMade(file: string): boolean {
  return /[\\/](\.venv|mlruns|mlartifacts|__pycache__|[^\\/]*\.db)$/.test(file);
}

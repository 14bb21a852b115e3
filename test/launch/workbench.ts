import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import type { Experiment, Run, ViewType } from '../../src/tracking/entities';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { PLAIN_GIT_ENV } from './gitRepository';
import { temporaryFolder } from './temporary';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const CLI = path.join(ROOT, 'dist/cli.js');
export const PYTHON = path.join(ROOT, 'examples/.venv/bin/python');

if (!existsSync(CLI)) {
  throw new Error('dist/cli.js is missing: npm run build makes it.');
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that is under way, with what it has written so far. */
export class Running {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise(resolve =>
      child.once('close', (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }),
      ),
    );
  }

  /** Waits for a text on stdout. */
  async says(text: string): Promise<void> {
    await until(() => this.stdout.includes(text) || this.child.exitCode !== null);
    if (!this.stdout.includes(text)) {
      throw new Error(`It ended without saying "${text}": ${this.stdout}\n${this.stderr}`);
    }
  }
}

/** A folder with scripts and a store, in which the real command runs real Python. */
export class Workbench {
  private constructor(
    readonly folder: string,
    readonly trackingUri: string,
  ) {}

  /** The store is a file store that the test asks for by name, or the URI given. */
  static async create(trackingUri?: string): Promise<Workbench> {
    const folder = await temporaryFolder();
    return new Workbench(folder, trackingUri ?? path.join(folder, 'mlruns'));
  }

  write(name: string, lines: string | readonly string[]): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, typeof lines === 'string' ? lines : `${lines.join('\n')}\n`);
    return file;
  }

  /** Starts `mlflow-tracker run [options] -- command`. */
  start(
    command: readonly string[],
    options: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Running {
    return this.startRaw(
      ['run', '--tracking-uri', this.trackingUri, ...options, '--', ...command],
      env,
    );
  }

  /** @param cli another copy of the program */
  startRaw(args: readonly string[], env: NodeJS.ProcessEnv = {}, cli = CLI): Running {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: this.folder,
      env: { ...PLAIN_GIT_ENV, MLFLOW_DISABLE_TELEMETRY: 'true', ...env },
      stdio: 'pipe',
    });
    return new Running(child);
  }

  /** Runs a Python script, given as lines, to its end. */
  async track(
    lines: readonly string[],
    options: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Ended> {
    this.write('train.py', lines);
    const running = this.start([PYTHON, 'train.py'], options, env);
    running.child.stdin?.end();
    return await running.ended;
  }

  async withStore<T>(work: (store: TrackingStore) => Promise<T>): Promise<T> {
    const store = await openStore(this.trackingUri, {
      logger: silentLogger,
      workingDir: this.folder,
      env: {},
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** Oldest first. */
  async runs(viewType: ViewType = 'ALL'): Promise<readonly Run[]> {
    const experiments = await this.experiments();
    return await this.withStore(async store => {
      const { items } = await store.searchRuns({
        experimentIds: experiments.map(({ experimentId }) => experimentId),
        orderBy: ['attributes.start_time ASC'],
        viewType,
      });
      return items;
    });
  }

  /** The one run there is. */
  async run(): Promise<Run> {
    const runs = await this.runs();
    if (runs.length !== 1 || runs[0] === undefined) {
      throw new Error(`There are ${runs.length} runs.`);
    }
    return runs[0];
  }

  async experiments(): Promise<readonly Experiment[]> {
    return await this.withStore(
      async store => (await store.searchExperiments({ maxResults: 100, viewType: 'ALL' })).items,
    );
  }

  async experimentOf(run: Run): Promise<string | undefined> {
    const experiments = await this.experiments();
    return experiments.find(({ experimentId }) => experimentId === run.info.experimentId)?.name;
  }
}

/** An artifact of a run whose artifacts are in a local folder. */
export async function artifact(run: Run, name: string): Promise<string> {
  const { artifactUri } = run.info;
  const root = artifactUri.startsWith('file:') ? fileURLToPath(artifactUri) : artifactUri;
  return await readFile(path.join(root, name), 'utf8');
}

export function tagsOf(run: Run): Readonly<Record<string, string>> {
  return Object.fromEntries(run.data.tags.map(({ key, value }) => [key, value]));
}

export function paramsOf(run: Run): Readonly<Record<string, string>> {
  return Object.fromEntries(run.data.params.map(({ key, value }) => [key, value]));
}

/** Looks until it is so; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await pause(50);
  }
}

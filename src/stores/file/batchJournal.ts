import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { KeyValue } from '../../tracking/entities';
import type { Logger } from '../../base/logger';
import { errnoOf, isMissing, reasonOf } from './fileErrors';
import { KeyedQueue } from './keyedQueue';
import { syncFolder } from './writeFiles';

/** What a batch writes. Paths are relative to the store's root. */
export interface BatchRecord {
  /** When it was begun, ms since epoch. */
  readonly beganMs: number;
  readonly runFolder: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly lines: readonly {
    readonly folder: string;
    readonly key: string;
    readonly text: string;
    /** Bytes that the file had before. */
    readonly sizeBefore: number;
  }[];
}

interface Waiting {
  readonly record: BatchRecord;
  readonly resolve: (id: number) => void;
  readonly reject: (error: unknown) => void;
}

/** A file in the root, where MLflow looks for folders only. The last part makes watchers pass over it. */
const NAME = /^\.mlflow-tracker-([0-9a-f]{8})-(\d+)-(\d+)\.[0-9a-f]{16}\.tmp$/;
/** A journal of another machine that has not changed for this long, ms, belongs to a dead process. */
const ABANDONED_MS = 60_000;
/** Those of this process: it may have opened one store more than once. */
const own = new Set<string>();

/**
 * What makes a batch all or nothing although MLflow's format has a file for each key: a batch is noted here, durably, before its
 * first file is touched, and crossed out after the last. The journal of a process that was killed is carried out by the next
 * one that opens the store. It costs one sync a batch, which batches of several runs share.
 */
export class BatchJournal {
  private readonly path: string;
  private readonly queue = new KeyedQueue();
  private file: FileHandle | undefined;
  private size = 0;
  private lastId = 0;
  private readonly begun = new Set<number>();
  private waiting: Waiting[] = [];

  constructor(root: string) {
    this.path = join(root, nameOfJournal());
  }

  /** Resolves when the record is on disk, to its number. */
  begin(record: BatchRecord): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ record, resolve, reject });
      void this.queue.run('', () => this.writeWaiting());
    });
  }

  /** @param overwrites the batch replaced something: carried out again later, it could undo what came after it. */
  end(id: number, overwrites: boolean): Promise<void> {
    return this.queue.run('', async () => {
      this.begun.delete(id);
      const file = await this.opened();
      if (this.begun.size > 0) {
        await this.append([{ done: id }]);
      } else {
        await file.truncate(0);
        this.size = 0;
      }
      if (overwrites) {
        await file.datasync();
      }
    });
  }

  /** Removes the journal, unless a batch could be neither completed nor taken back: the next to open the store completes it. */
  async close(): Promise<void> {
    await this.queue.drain();
    if (this.file) {
      await this.file.close();
      if (this.begun.size === 0) {
        await rm(this.path, { force: true });
      }
    }
    own.delete(basename(this.path));
  }

  private async writeWaiting(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    if (group.length === 0) {
      return;
    }
    try {
      const entries = group.map(({ record }) => ({ id: (this.lastId += 1), record }));
      await this.append(entries);
      await this.file?.datasync();
      entries.forEach(({ id }, i) => {
        this.begun.add(id);
        group[i]?.resolve(id);
      });
    } catch (error) {
      group.forEach(({ reject }) => reject(error));
    }
  }

  private async opened(): Promise<FileHandle> {
    if (!this.file) {
      own.add(basename(this.path));
      this.file = await open(this.path, 'w');
      await syncFolder(dirname(this.path));
    }
    return this.file;
  }

  private async append(entries: readonly unknown[]): Promise<void> {
    const file = await this.opened();
    const bytes = Buffer.from(entries.map(entry => `${JSON.stringify(entry)}\n`).join(''));
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, undefined, this.size + done)).bytesWritten;
      }
    } catch (error) {
      await file.truncate(this.size);
      throw error;
    }
    this.size += bytes.length;
  }
}

/**
 * Hands each batch that a dead process has begun and not completed to `redo`, and removes its journal. What fails is told to
 * the log and left to the next one that opens the store.
 */
export async function recoverBatches(
  root: string,
  redo: (record: BatchRecord) => Promise<void>,
  logger: Logger,
): Promise<void> {
  for (const name of await namesIn(root)) {
    const path = join(root, name);
    if (await isAbandoned(name, path)) {
      try {
        await recover(path, join(root, nameOfJournal()), redo);
      } catch (error) {
        const reason = reasonOf(error);
        logger.warn(`A batch that was cut off cannot be completed yet, see ${root}: ${reason}`);
      }
    }
  }
}

/** @param claimed only one of several processes that open the store now can give the journal this name. */
async function recover(
  path: string,
  claimed: string,
  redo: (record: BatchRecord) => Promise<void>,
): Promise<void> {
  own.add(basename(claimed));
  try {
    if (!(await renamed(path, claimed))) {
      return;
    }
    for (const record of openRecords(await readFile(claimed, 'utf8'))) {
      await redo(record);
    }
    await rm(claimed);
  } finally {
    own.delete(basename(claimed));
  }
}

/** Resolves to false when another process was faster. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}

async function namesIn(root: string): Promise<string[]> {
  try {
    return (await readdir(root)).filter(name => NAME.test(name));
  } catch {
    // Not there, or not readable: whoever reads the store will say so.
    return [];
  }
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, host, pid, started] = NAME.exec(name) ?? [];
  if (own.has(name)) {
    return false;
  }
  if (host === thisHost()) {
    return Number(pid) === process.pid || !isRunning(Number(pid), started ?? '');
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > ABANDONED_MS;
  } catch {
    // Its owner has just removed it.
    return false;
  }
}

/** The batches that were begun and not crossed out. A line that is no JSON was not on disk yet, so nothing followed it. */
function openRecords(text: string): BatchRecord[] {
  const records = new Map<number, BatchRecord>();
  for (const line of text.split('\n')) {
    const entry = parseEntry(line);
    if (entry && 'done' in entry) {
      records.delete(entry.done);
    } else if (entry) {
      records.set(entry.id, entry.record);
    }
  }
  return [...records.values()];
}

function parseEntry(
  line: string,
): { id: number; record: BatchRecord } | { done: number } | undefined {
  try {
    return JSON.parse(line) as { id: number; record: BatchRecord } | { done: number };
  } catch {
    return undefined;
  }
}

function nameOfJournal(): string {
  const random = randomBytes(8).toString('hex');
  return `.mlflow-tracker-${thisHost()}-${process.pid}-${processOf(process.pid)?.started ?? 0}.${random}.tmp`;
}

function thisHost(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

/** Process ids are used again: where the system tells when a process started, that tells two apart. */
function isRunning(pid: number, started: string): boolean {
  const known = processOf(pid);
  if (known) {
    return known.started === started && !known.isZombie;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** When a process started, in ticks since the machine was, and whether it has ended and nobody asked why; Linux only. */
function processOf(
  pid: number,
): { readonly started: string; readonly isZombie: boolean } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ...fields] = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { started: fields[18] ?? '', isZombie: state === 'Z' };
  } catch {
    // Another system, or no such process.
    return undefined;
  }
}

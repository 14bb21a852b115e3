import { appendFile, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Logger } from '../../base/logger';
import type { KeyValue } from '../../tracking/entities';
import { BatchJournal, recoverBatches, type BatchRecord } from './batchJournal';
import { isMissing, writeError } from './fileErrors';
import { checkKeyConflict, keyPath } from './keyFiles';
import { forEachLimited } from './keyedQueue';
import { META_FILE, METRICS_FOLDER, PARAMS_FOLDER, TAGS_FOLDER, TRASH_FOLDER } from './layout';
import { editedMeta } from './metaFiles';
import type { ProblemList } from './problemList';
import { isFolder, stampOf } from './readFiles';
import { RUN_NAME_TAG } from './runFiles';
import {
  appendLines,
  cutBack,
  makeFolder,
  PARALLEL_WRITES,
  placeFile,
  replaceFile,
  syncFolder,
  writeTemp,
} from './writeFiles';

/** What is written together or not at all. Everything was validated, and no key comes twice. */
export interface Batch {
  readonly runFolder: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly lines: readonly KeyLines[];
  /** Throws when a param that has appeared in the meantime has another value, or one that cannot be read. */
  readonly checkWritten: (param: KeyValue) => void;
}

/** Lines for one metric file. */
export interface KeyLines {
  /** The folder of a run, or of a logged model. */
  readonly folder: string;
  readonly key: string;
  readonly text: string;
}

type Undo = () => Promise<unknown>;

/**
 * Writes batches to run folders: whole, or not at all. A failure, such as a full disk, takes back what was written; what a killed
 * process has begun, the next one that opens the store completes. A reader may see a part in between, as with MLflow.
 */
export class BatchWriter {
  private readonly journal: BatchJournal;

  constructor(
    private readonly root: string,
    private readonly problems: ProblemList,
    private readonly logger: Logger,
  ) {
    this.journal = new BatchJournal(root);
  }

  /** Completes what killed processes have begun. */
  recover(): Promise<void> {
    return recoverBatches(this.root, record => this.redo(record), this.logger);
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  /** Calls for one run must not overlap. */
  async write(batch: Batch): Promise<void> {
    const id = isOneStep(batch) ? undefined : await this.journal.begin(this.recordOf(batch));
    const undo: Undo[] = [];
    let isSettled = true;
    try {
      await this.apply(batch, undo);
    } catch (error) {
      isSettled = await takeBack(undo);
      throw error;
    } finally {
      if (id !== undefined && isSettled) {
        await this.journal.end(id, batch.tags.length > 0);
      }
    }
  }

  /** In MLflow's order: params, metrics, tags. What replaces something is only put in place when nothing else can fail. */
  private async apply({ runFolder, ...batch }: Batch, undo: Undo[]): Promise<void> {
    const staged = await this.stageTags(runFolder, batch.tags, undo);
    const params = join(runFolder, PARAMS_FOLDER);
    await writeEach(
      batch.params,
      ({ key }) => keyPath(params, key),
      async (param, path) => {
        checkKeyConflict(params, param.key);
        await makeFolder(dirname(path));
        if (await placeFile(path, param.value, runFolder)) {
          undo.push(() => unlink(path));
        } else {
          // Another process was faster; the same value again is no change.
          batch.checkWritten(param);
        }
      },
    );
    await syncFolders(batch.params.map(({ key }) => keyPath(params, key)));
    await writeEach(batch.lines, pathOf, async (lines, path) => {
      await makeFolder(dirname(path));
      const appended = await appendLines(path, lines.text, runFolder);
      undo.push(() => cutBack(path, appended));
    });
    await writeEach(
      [...staged],
      ([path]) => path,
      async ([path, temp]) => {
        await rename(temp, path);
        undo.push(() => Promise.reject(new Error(`${path} has been replaced`)));
      },
    );
    await syncFolders([...staged.keys()]);
  }

  /** Writes tags, and the meta file when one of them renames the run, beside their places. @returns temporary files by place */
  private async stageTags(
    runFolder: string,
    tags: readonly KeyValue[],
    undo: Undo[],
  ): Promise<Map<string, string>> {
    const folder = join(runFolder, TAGS_FOLDER);
    const texts = new Map(tags.map(({ key, value }) => [keyPath(folder, key), value]));
    tags.forEach(({ key }) => checkKeyConflict(folder, key));
    const runName = tags.find(({ key }) => key === RUN_NAME_TAG)?.value;
    if (runName) {
      const changes = { run_name: runName };
      texts.set(join(runFolder, META_FILE), editedMeta(runFolder, changes, this.problems));
    }
    const staged = new Map<string, string>();
    await writeEach(
      [...texts],
      ([path]) => path,
      async ([path, text]) => {
        await makeFolder(dirname(path));
        const temp = await writeTemp(runFolder, text);
        undo.push(() => rm(temp, { force: true }));
        staged.set(path, temp);
      },
    );
    return staged;
  }

  private recordOf({ runFolder, params, tags, lines }: Batch): BatchRecord {
    return {
      beganMs: Date.now(),
      runFolder: relative(this.root, runFolder),
      params,
      tags,
      lines: lines.map(each => ({
        ...each,
        folder: relative(this.root, each.folder),
        sizeBefore: stampOf(pathOf(each))?.size ?? 0,
      })),
    };
  }

  /** Does what is not done yet of a batch that was cut off. What others have written since stays. */
  private async redo({ beganMs, params, tags, lines, ...record }: BatchRecord): Promise<void> {
    const runFolder = this.locate(record.runFolder);
    if (runFolder === undefined) {
      return;
    }
    for (const { key, value } of params) {
      const path = keyPath(join(runFolder, PARAMS_FOLDER), key);
      await makeFolder(dirname(path));
      await placeFile(path, value, runFolder);
      await syncFolder(dirname(path));
    }
    for (const each of lines) {
      const folder = this.locate(each.folder);
      if (folder !== undefined) {
        await redoLines(pathOf({ ...each, folder }), each.text, each.sizeBefore, runFolder);
      }
    }
    for (const { key, value } of tags) {
      const path = keyPath(join(runFolder, TAGS_FOLDER), key);
      if ((stampOf(path)?.mtimeMs ?? 0) <= beganMs) {
        await makeFolder(dirname(path));
        await replaceFile(path, value, runFolder);
      }
      if (key === RUN_NAME_TAG && value !== '') {
        const changes = { run_name: value };
        await replaceFile(
          join(runFolder, META_FILE),
          editedMeta(runFolder, changes, this.problems),
        );
      }
    }
  }

  /** Where the folder of a run or model is now: its experiment may have been deleted or restored. */
  private locate(folder: string): string | undefined {
    const [first, ...rest] = folder.split(sep);
    const other = first === TRASH_FOLDER ? join(...rest) : join(TRASH_FOLDER, folder);
    return [folder, other].map(path => join(this.root, path)).find(isFolder);
  }
}

/** One file that appears or grows by one line cannot be left half done. */
function isOneStep({ params, tags, lines }: Batch): boolean {
  const [only] = lines;
  return only === undefined
    ? params.length + tags.length <= 1 && tags[0]?.key !== RUN_NAME_TAG
    : params.length + tags.length === 0 &&
        lines.length === 1 &&
        only.text.indexOf('\n') === only.text.length - 1;
}

function pathOf({ folder, key }: Omit<KeyLines, 'text'>): string {
  return keyPath(join(folder, METRICS_FOLDER), key);
}

async function writeEach<T>(
  items: readonly T[],
  place: (item: T) => string,
  write: (item: T, path: string) => Promise<void>,
): Promise<void> {
  await forEachLimited(items, PARALLEL_WRITES, async item => {
    const path = place(item);
    try {
      await write(item, path);
    } catch (error) {
      throw writeError(path, error);
    }
  });
}

async function syncFolders(paths: readonly string[]): Promise<void> {
  for (const folder of new Set(paths.map(path => dirname(path)))) {
    await syncFolder(folder);
  }
}

/** @returns whether everything could be taken back. */
async function takeBack(undo: readonly Undo[]): Promise<boolean> {
  const results = await Promise.allSettled(undo.map(step => step()));
  return results.every(({ status }) => status === 'fulfilled');
}

/** A killed process may have written all of the text, none, or a part that ends anywhere: others may have written after it. */
async function redoLines(
  path: string,
  text: string,
  sizeBefore: number,
  tempFolder: string,
): Promise<void> {
  const written = (await bytesOf(path)).subarray(sizeBefore);
  const wanted = Buffer.from(text);
  if (written.includes(wanted)) {
    return;
  }
  let done = Math.min(wanted.length, written.length);
  while (done > 0 && !written.subarray(written.length - done).equals(wanted.subarray(0, done))) {
    done -= 1;
  }
  if (done > 0) {
    await appendFile(path, wanted.subarray(done), { flush: true });
  } else {
    await makeFolder(dirname(path));
    await appendLines(path, text, tempFolder);
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) {
      return Buffer.alloc(0);
    }
    throw error;
  }
}

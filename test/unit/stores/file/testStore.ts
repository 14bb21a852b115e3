import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { FileStore } from '../../../../src/stores/file/fileStore';
import type { FileStoreOptions } from '../../../../src/stores/file/fileStoreParts';

/** A folder that is removed after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'file-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a store that is closed after the test. */
export async function openStore(
  root: string,
  options: Partial<FileStoreOptions> = {},
): Promise<FileStore> {
  const store = await FileStore.open(root, { logger: silentLogger, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A new store with experiment `0` and a run in it. */
export async function newRun(): Promise<{
  store: FileStore;
  root: string;
  runId: string;
  folder: string;
}> {
  const root = join(tempFolder(), 'mlruns');
  const store = await openStore(root);
  const { runId } = (await store.createRun({ experimentId: '0', startTimeMs: 1 })).info;
  return { store, root, runId, folder: join(root, '0', runId) };
}

/** Writes files as they are given, making their folders. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

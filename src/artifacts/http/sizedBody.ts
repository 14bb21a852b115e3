import { openAsBlob } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Bytes kept in memory; what is larger waits in a temporary file. */
const MAX_MEMORY_BYTES = 16 * 1024 * 1024;

export interface SizedBody extends AsyncDisposable {
  /** From the beginning, each time. */
  open(): ReadableStream<Uint8Array>;
  /** Bytes. */
  readonly size: number;
}

/** A stream whose length is known before it is sent: MLflow's servers take a body in chunks for empty. */
export async function sizedBody(
  content: ReadableStream<Uint8Array>,
  maxMemoryBytes = MAX_MEMORY_BYTES,
): Promise<SizedBody> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = content.getReader();
  while (size <= maxMemoryBytes) {
    const { done, value } = await reader.read();
    if (done) {
      const blob = new Blob(chunks.map(chunk => new Uint8Array(chunk)));
      return {
        open: () => blob.stream(),
        size,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    }
    chunks.push(value);
    size += value.byteLength;
  }
  reader.releaseLock();
  return bodyOnDisk(chunks, content);
}

async function bodyOnDisk(
  first: readonly Uint8Array[],
  rest: ReadableStream<Uint8Array>,
): Promise<SizedBody> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mlflow-tracker-upload-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, 'body');
    await using handle = await open(file, 'wx', 0o600);
    for (const chunk of first) {
      await handle.writeFile(chunk);
    }
    for await (const chunk of rest) {
      await handle.writeFile(chunk);
    }
    const blob = await openAsBlob(file);
    return { open: () => blob.stream(), size: blob.size, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

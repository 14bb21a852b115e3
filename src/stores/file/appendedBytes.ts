import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegular } from './readFiles';

/** How far a file was read that others append to. */
export interface ReadPart {
  /** Bytes read so far, always up to the end of a line. */
  readonly readSize: number;
  /** The last bytes read, which must still be there for the file to have only grown. */
  readonly tail: Buffer;
}

export const NOTHING_READ: ReadPart = { readSize: 0, tail: Buffer.alloc(0) };

const TAIL_BYTES = 64;
const LINE_FEED = 0x0a;

/** The part after `bytes`, which follow `before` in the file, were read too. */
export function extendedPart(before: ReadPart, bytes: Buffer): ReadPart {
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  const lastBytes = bytes.subarray(Math.max(0, end - TAIL_BYTES), end);
  const tail = Buffer.concat([before.tail, lastBytes]).subarray(-TAIL_BYTES);
  return { readSize: before.readSize + end, tail: Buffer.from(tail) };
}

/** What follows the part that was read; `undefined` when that part is no longer what it was. */
export function readAppended(path: string, known: ReadPart): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openRegular(path);
    const start = known.readSize - known.tail.length;
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - start));
    const length = readSync(file, bytes, 0, bytes.length, start);
    const isSame = bytes.subarray(0, known.tail.length).equals(known.tail);
    return isSame ? bytes.subarray(known.tail.length, length) : undefined;
  } catch {
    // The caller reads the whole file next, and reports why if that fails too.
    return undefined;
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}

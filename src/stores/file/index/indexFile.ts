import { crc32 } from 'node:zlib';
import { STAMP_SIZE } from './fileColumn';

/** What JSON can say of a value; null for none. */
export type StoredValue = string | number | null | readonly (string | number | null)[];

export interface StoredColumn {
  readonly name: string;
  /** One for each name of the index. */
  readonly values: readonly StoredValue[];
  /** `STAMP_SIZE` numbers for each name. */
  readonly stamps: Float64Array<ArrayBuffer>;
}

/** What an index file says of the runs of one experiment. */
export interface StoredIndex {
  readonly names: readonly string[];
  readonly columns: readonly StoredColumn[];
}

/** Another version has another text here, and is ignored. */
const MAGIC = Buffer.from('MLTRKIX1', 'latin1');
const HEADER_BYTES = 24;

/**
 * One file an experiment: a header of 24 bytes (magic, CRC-32 of the rest, length of the JSON part), JSON with the names and
 * values, padded to 8 bytes, then the stamps as doubles. Read whole in one go:
 * nothing needs to be found in it.
 * @param folder of the experiment; an index of another one is not taken.
 */
export function encodeIndex({ names, columns }: StoredIndex, folder: string): Buffer {
  const text = JSON.stringify({
    folder,
    names,
    columns: columns.map(({ name, values }) => ({ name, values })),
  });
  const json = Buffer.from(text, 'utf8');
  const stampBytes = names.length * STAMP_SIZE * Float64Array.BYTES_PER_ELEMENT;
  const start = HEADER_BYTES + padded(json.length);
  const bytes = Buffer.alloc(start + columns.length * stampBytes);
  json.copy(bytes, HEADER_BYTES);
  columns.forEach(({ stamps }, index) => {
    const { buffer, byteOffset, byteLength } = stamps;
    Buffer.from(buffer, byteOffset, byteLength).copy(bytes, start + index * stampBytes);
  });
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(json.length, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

/** @returns the reason, as a part of a sentence, when the bytes are no index of this folder. */
export function decodeIndex(bytes: Buffer, folder: string): StoredIndex | string {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    return 'it is of another version or no index';
  }
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(12))) {
    return 'it is damaged';
  }
  // From here on the bytes are what `encodeIndex` wrote.
  const length = bytes.readUInt32LE(12);
  const stored = JSON.parse(bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + length)) as {
    readonly folder: string;
    readonly names: readonly string[];
    readonly columns: readonly Omit<StoredColumn, 'stamps'>[];
  };
  if (stored.folder !== folder) {
    return 'it belongs to another folder';
  }
  const count = stored.names.length * STAMP_SIZE;
  const start = HEADER_BYTES + padded(length);
  const columns = stored.columns.map(({ name, values }, index) => {
    const stamps = new Float64Array(count);
    const target = Buffer.from(stamps.buffer);
    bytes.copy(target, 0, start + index * target.length, start + (index + 1) * target.length);
    return { name, values, stamps };
  });
  return { names: stored.names, columns };
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalArtifactRepository } from '../../../src/artifacts/local/localArtifactRepository';
import { TrackingError, type ErrorCode } from '../../../src/tracking/trackingError';

let folder: string;
let root: string;
let repository: LocalArtifactRepository;

const stream = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
const text = async (file: string): Promise<string> =>
  new Response((await repository.read(file)).stream).text();
const codeOf = async (call: Promise<unknown>): Promise<ErrorCode | undefined> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return TrackingError.is(error) ? error.code : undefined;
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'artifacts-'));
  root = path.join(folder, 'root');
  repository = new LocalArtifactRepository(root);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('local artifacts', () => {
  it('are written, listed one level at a time, read, replaced and deleted', async () => {
    await repository.write('a/b.txt', stream('one'));
    await repository.write('a/b.txt', stream('three'));
    await repository.write('ü 日.bin', stream(''));
    await repository.write('a/c/d', stream('x'));
    expect(await repository.list('')).toEqual([
      { path: 'a', isDir: true },
      { path: 'ü 日.bin', isDir: false, fileSize: 0 },
    ]);
    expect(await repository.list('a')).toEqual([
      { path: 'a/b.txt', isDir: false, fileSize: 5 },
      { path: 'a/c', isDir: true },
    ]);
    expect(await text('a/b.txt')).toBe('three');
    expect((await repository.read('a/b.txt')).size).toBe(5);
    await repository.delete('a');
    expect((await repository.list('')).map(file => file.path)).toEqual(['ü 日.bin']);
  });

  it('list nothing for a file, a missing directory and a missing root', async () => {
    expect(await repository.list('')).toEqual([]);
    await repository.write('f', stream('x'));
    expect(await repository.list('f')).toEqual([]);
    expect(await repository.list('no/such')).toEqual([]);
  });

  it('say what is missing or in the way', async () => {
    await repository.write('a/f', stream('x'));
    expect(await codeOf(repository.read('no'))).toBe('RESOURCE_DOES_NOT_EXIST');
    expect(await codeOf(repository.read('a'))).toBe('INVALID_PARAMETER_VALUE');
    expect(await codeOf(repository.read('a/f/g'))).toBe('RESOURCE_DOES_NOT_EXIST');
    expect(await codeOf(repository.write('a/f/g', stream('y')))).toBe('INVALID_PARAMETER_VALUE');
    expect(await codeOf(repository.write('a', stream('y')))).toBe('INVALID_PARAMETER_VALUE');
    expect(await codeOf(repository.write('n'.repeat(300), stream('y')))).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    await expect(repository.delete('no/such')).resolves.toBeUndefined();
  });

  it('leave nothing behind, and the old file in place, when the upload breaks', async () => {
    await repository.write('f', stream('old'));
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('half'));
        controller.error(new Error('connection lost'));
      },
    });
    await expect(repository.write('f', broken)).rejects.toThrow('connection lost');
    expect(await text('f')).toBe('old');
    expect(await readdir(root)).toEqual(['f']);
  });

  it('may be written into the same new folders at once', async () => {
    for (let round = 0; round < 50; round++) {
      const names = Array.from({ length: 8 }, (_, index) => `${round}/a/b/${index}.txt`);
      // Each begins a little later, so that they meet in every step of the way.
      const writes = names.map(async (name, index) => {
        for (let turn = 0; turn < index * 2; turn++) {
          await new Promise(resolve => setImmediate(resolve));
        }
        await repository.write(name, stream(name));
      });
      await Promise.all(writes);
      expect(await repository.list(`${round}/a/b`)).toHaveLength(names.length);
    }
  });

  it('do not list an upload that is under way', async () => {
    const gate = new TransformStream<Uint8Array, Uint8Array>();
    const writer = gate.writable.getWriter();
    const written = repository.write('f', gate.readable);
    await writer.write(new TextEncoder().encode('x'));
    expect(await repository.list('')).toEqual([]);
    await writer.close();
    await written;
    expect(await text('f')).toBe('x');
  });

  it('cannot be left by symbolic links', async () => {
    const outside = path.join(folder, 'outside');
    await mkdir(outside);
    await writeFile(path.join(outside, 'secret'), 'secret');
    await mkdir(root);
    await symlink(outside, path.join(root, 'link'));
    await symlink(path.join(outside, 'secret'), path.join(root, 'file'));
    await symlink(path.join(outside, 'new'), path.join(root, 'dangling'));
    expect(await repository.list('')).toEqual([]);
    expect(await codeOf(repository.list('link'))).toBe('INVALID_PARAMETER_VALUE');
    for (const escape of ['link/secret', 'file', '../outside/secret']) {
      expect(await codeOf(repository.read(escape)), escape).toBe('INVALID_PARAMETER_VALUE');
    }
    expect(await codeOf(repository.write('link/new', stream('x')))).toBe('INVALID_PARAMETER_VALUE');
    expect(await codeOf(repository.write('dangling', stream('x')))).toBeDefined();
    expect(await codeOf(repository.delete('link/secret'))).toBe('INVALID_PARAMETER_VALUE');
    await repository.delete('link');
    expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(await readdir(outside)).toEqual(['secret']);
  });

  it('may lie behind a symbolic link themselves', async () => {
    await mkdir(path.join(folder, 'real'));
    await symlink(path.join(folder, 'real'), root);
    await repository.write('a/f', stream('x'));
    expect(await readFile(path.join(folder, 'real/a/f'), 'utf8')).toBe('x');
    expect(await text('a/f')).toBe('x');
  });
});

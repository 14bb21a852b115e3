import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sizedBody } from '../../../src/artifacts/http/sizedBody';
import { openRepository, type ArtifactContext } from '../../../src/artifacts/openRepository';
import { silentLogger } from '../../../src/base/logger';
import { HttpClient } from '../../../src/http/httpClient';
import { listen, type Listener } from '../../../src/server/listen';
import { openServer, type ServerFixture } from '../server/fixture';

let folder: string;
let context: ArtifactContext;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'repositories-'));
  context = { workingDir: folder, destination: 'kept', logger: silentLogger };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const stream = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();

async function roundTrip(uri: string, at: ArtifactContext): Promise<string> {
  const repository = await openRepository(uri, at);
  await repository.write('a b/ü.txt', stream('text'));
  expect(await repository.list('a b')).toEqual([{ path: 'a b/ü.txt', isDir: false, fileSize: 4 }]);
  expect(await repository.list('a b/ü.txt')).toEqual([]);
  expect(await repository.list('no')).toEqual([]);
  const { stream: content } = await repository.read('a b/ü.txt');
  const text = await new Response(content).text();
  await expect(repository.read('no')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  return text;
}

describe('artifact URIs on this machine', () => {
  it.each([
    ['rel/ative', 'rel/ative'],
    ['file:rel', 'rel'],
    ['mlflow-artifacts:/1/r/artifacts', 'kept/1/r/artifacts'],
    ['mlflow-artifacts:', 'kept'],
  ])('%s is %s below the working directory', async (uri, place) => {
    expect(await roundTrip(uri, context)).toBe('text');
    expect(await readdir(path.join(folder, place, 'a b'))).toEqual(['ü.txt']);
  });

  it('may be absolute paths and file: URLs with encoded characters', async () => {
    const place = path.join(folder, 'x %20y');
    expect(await roundTrip(pathToFileURL(place).href, context)).toBe('text');
    expect(await readdir(path.join(place, 'a b'))).toEqual(['ü.txt']);
    await roundTrip(place, context);
    await roundTrip('mlflow-artifacts:/1', {
      ...context,
      destination: pathToFileURL(path.join(folder, 'k')).href,
    });
    expect(await readdir(path.join(folder, 'k/1/a b'))).toEqual(['ü.txt']);
  });

  it.each([
    ['s3://bucket/x', 'NOT_IMPLEMENTED', "'s3:'"],
    ['dbfs:/x', 'NOT_IMPLEMENTED', "'dbfs:'"],
    ['https://host/some/page', 'NOT_IMPLEMENTED', 'artifact proxy'],
    ['mlflow-artifacts:/../x', 'INVALID_PARAMETER_VALUE', '../x'],
    ['file:///a%2Fb%00', 'INVALID_PARAMETER_VALUE', 'no path'],
  ])('%s is refused', async (uri, code, part) => {
    const error = await openRepository(uri, context).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) as string });
  });
});

describe('artifact URIs behind a tracking server', () => {
  let server: ServerFixture;
  let listener: Listener;
  let remote: HttpClient;
  beforeEach(async () => {
    server = await openServer({ guard: { token: 't' } });
    listener = await listen(() => server.app, { host: '127.0.0.1', port: 0 });
    remote = new HttpClient({
      baseUrl: listener.url,
      credentials: { kind: 'bearer', token: 't' },
      logger: silentLogger,
    });
  });
  afterEach(async () => {
    await listener.close();
    await server.close();
  });

  it('are reached through it, with its credentials', async () => {
    expect(await roundTrip('mlflow-artifacts:/1/r', { ...context, remote })).toBe('text');
    const { host } = new URL(listener.url);
    for (const uri of [
      `mlflow-artifacts://${host}/1/r`,
      `${listener.url}/api/2.0/mlflow-artifacts/artifacts/1/r`,
    ]) {
      const repository = await openRepository(uri, { ...context, remote });
      expect((await repository.list('')).map(file => file.path)).toEqual(['a b']);
    }
    const repository = await openRepository('mlflow-artifacts:/1', { ...context, remote });
    await repository.delete('r');
    expect(await repository.list('')).toEqual([]);
  });

  it('of another server do not get those credentials', async () => {
    const repository = await openRepository(`mlflow-artifacts://127.0.0.1:${listener.port}/1/r`, {
      ...context,
      remote: new HttpClient({ baseUrl: 'http://other:1', logger: silentLogger }),
    });
    await expect(repository.list('')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('upload body', () => {
  it.each([0, 1, 10, 11, 1000])(
    'of %i bytes has a known size, in memory or on disk',
    async size => {
      const text = 'x'.repeat(size);
      const before = await temporaryFolders();
      {
        await using body = await sizedBody(stream(text), 10);
        expect(body.size).toBe(size);
        expect(await new Response(body.open()).text()).toBe(text);
        expect(await new Response(body.open()).text()).toBe(text);
      }
      expect(await temporaryFolders()).toEqual(before);
    },
  );
});

async function temporaryFolders(): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter(name => name.startsWith('mlflow-tracker-upload-')).sort();
}

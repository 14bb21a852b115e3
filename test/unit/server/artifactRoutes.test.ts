import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServer, type ServerFixture } from './fixture';

const API = '/api/2.0/mlflow';
const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

let server: ServerFixture;
let runId: string;
let root: string;

beforeEach(async () => {
  server = await openServer();
  const experimentId = await server.store.createExperiment({ name: 'e' });
  const { info } = await server.store.createRun({ experimentId });
  runId = info.runId;
  expect(info.artifactUri).toBe(`mlflow-artifacts:/${experimentId}/${runId}/artifacts`);
  root = `${experimentId}/${runId}/artifacts`;
});
afterEach(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const put = async (file: string, text: string) =>
  (await server.send('PUT', `${PROXY}/${root}/${file}`, { body: text })).status;

describe('artifact proxy', () => {
  it('stores, lists by base name, serves as attachment and deletes', async () => {
    expect(await put('a/b%20c.html', '<script>1</script>')).toBe(200);
    const stored = path.join(server.folder, 'mlartifacts', root, 'a/b c.html');
    expect(await readFile(stored, 'utf8')).toBe('<script>1</script>');

    const list = await server.call('GET', `${PROXY}?path=${root}/a`);
    expect(list.body).toEqual({ files: [{ path: 'b c.html', is_dir: false, file_size: 18 }] });
    expect((await server.call('GET', `${PROXY}?path=${root}/a/b%20c.html`)).body).toEqual({});
    expect((await server.call('GET', `${PROXY}?path=no/such`)).body).toEqual({});

    const got = await server.send('GET', `${PROXY}/${root}/a/b%20c.html`);
    expect(await got.text()).toBe('<script>1</script>');
    expect(got.headers.get('content-type')).toBe('text/plain');
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename="b c.html"/);
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');

    expect((await server.call('DELETE', `${PROXY}/${root}/a`)).body).toEqual({});
    expect((await server.call('DELETE', `${PROXY}/${root}/a`)).body).toEqual({});
    const gone = await server.call('GET', `${PROXY}/${root}/a/b%20c.html`);
    expect([gone.status, gone.body.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  });

  it('tells clients to use a plain PUT and GET', async () => {
    const { status, body } = await server.call(
      'POST',
      '/api/2.0/mlflow-artifacts/mpu/create/a',
      {},
    );
    expect(status).toBe(501);
    expect(body.message).toMatch(/^Multipart upload is not supported for the current artifact rep/);
    const download = await server.call('GET', '/api/2.0/mlflow-artifacts/presigned/a');
    expect([download.status, download.body.error_code]).toEqual([501, 'NOT_IMPLEMENTED']);
  });

  it.each([
    '%2e%2e/x',
    '%2e%2e%2fx',
    '..%2fx',
    'a/..%2f..%2f..%2fx',
    '%252e%252e%252fx',
    '%2fetc/passwd',
    'C:%5cx',
    'a%23b',
  ])('refuses the path %s with every method', async file => {
    await writeFile(path.join(server.folder, 'x'), 'secret');
    for (const [method, url] of [
      ['GET', `${PROXY}/${file}`],
      ['PUT', `${PROXY}/${file}`],
      ['DELETE', `${PROXY}/${file}`],
      ['GET', `${PROXY}?path=${file}`],
      ['GET', `/get-artifact?run_id=${runId}&path=${file}`],
      ['GET', `${API}/artifacts/list?run_id=${runId}&path=${file}`],
      ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}&path=${file}`],
    ] as const) {
      const init = method === 'PUT' || method === 'POST' ? { body: 'evil' } : {};
      const answer = await server.send(method, url, init);
      expect([400, 404], `${method} ${url}`).toContain(answer.status);
      expect(await answer.text()).not.toContain('secret');
    }
    expect(await readFile(path.join(server.folder, 'x'), 'utf8')).toBe('secret');
  });

  it('does not follow links out of its root', async () => {
    const destination = path.join(server.folder, 'mlartifacts');
    await mkdir(destination, { recursive: true });
    await symlink(server.folder, path.join(destination, 'out'));
    await writeFile(path.join(server.folder, 'secret'), 'secret');
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const init = method === 'PUT' ? { body: 'evil' } : {};
      expect((await server.send(method, `${PROXY}/out/secret`, init)).status).toBe(400);
    }
    expect(await readFile(path.join(server.folder, 'secret'), 'utf8')).toBe('secret');
  });
});

describe('artifacts of runs and models', () => {
  it('are listed by their whole path', async () => {
    await put('a/b.txt', 'text');
    const list = `${API}/artifacts/list?run_id=${runId}`;
    expect((await server.call('GET', list)).body).toEqual({
      root_uri: `mlflow-artifacts:/${root}`,
      files: [{ path: 'a', is_dir: true }],
    });
    const inside = await server.call('GET', `${list}&path=a`);
    expect(inside.body.files).toEqual([{ path: 'a/b.txt', is_dir: false, file_size: 4 }]);
    expect((await server.call('GET', `${list}&path=a/b.txt`)).body.files).toBeUndefined();
    expect((await server.call('GET', `${API}/artifacts/list?run_id=no`)).status).toBe(404);
  });

  it('are uploaded and fetched', async () => {
    const upload = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${runId}`;
    expect((await server.send('POST', `${upload}&path=t.json`, { body: '{}' })).status).toBe(200);
    expect((await server.send('POST', `${upload}&path=t.json`)).status).toBe(400);
    expect((await server.send('POST', upload, { body: 'x' })).status).toBe(400);
    const huge = new Uint8Array(10 * 1024 * 1024 + 1);
    expect((await server.send('POST', `${upload}&path=huge`, { body: huge })).status).toBe(400);
    const got = await server.send('GET', `/get-artifact?run_uuid=${runId}&path=t.json`);
    expect([got.status, await got.text()]).toEqual([200, '{}']);
    expect((await server.send('GET', `/get-artifact?run_uuid=${runId}`)).status).toBe(400);
    expect((await server.send('GET', '/get-artifact?path=a')).status).toBe(400);
  });

  it('of a logged model are listed and fetched', async () => {
    const { info } = await server.store.getRun(runId);
    const model = await server.store.createLoggedModel({ experimentId: info.experimentId });
    const below = model.artifactUri.replace('mlflow-artifacts:/', '');
    await server.send('PUT', `${PROXY}/${below}/MLmodel`, { body: 'flavors: {}' });
    const artifacts = `${API}/logged-models/${model.modelId}/artifacts`;
    const list = await server.call('GET', `${artifacts}/directories`);
    expect(list.body.files).toEqual([{ path: 'MLmodel', is_dir: false, file_size: 11 }]);
    const got = await server.send('GET', `${artifacts}/files?artifact_file_path=MLmodel`);
    expect(await got.text()).toBe('flavors: {}');
  });

  it('in a place that cannot be opened are named', async () => {
    const experimentId = await server.store.createExperiment({
      name: 'cloud',
      artifactLocation: 's3://bucket/x',
    });
    const { info } = await server.store.createRun({ experimentId });
    const { status, body } = await server.call('GET', `${API}/artifacts/list?run_id=${info.runId}`);
    expect([status, body.error_code]).toEqual([501, 'NOT_IMPLEMENTED']);
    expect(body.message).toContain("'s3:'");
  });
});

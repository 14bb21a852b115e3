import { get, post, send, type RequestCase, type Subjects } from './requestCase';

export function otherRequests(subjects: Subjects): readonly RequestCase[] {
  return [...bodyRequests(subjects), ...routeRequests(subjects), ...artifactRequests(subjects)];
}

/** How a body may be wrong, or old. */
function bodyRequests({ run }: Subjects): readonly RequestCase[] {
  const path = 'runs/set-tag';
  const good = JSON.stringify({ run_id: run, key: 'body', value: 'v' });
  return [
    post('body: as it should be', path, good),
    post('body: with charset', path, good, { contentType: 'application/json; charset=utf-8' }),
    post('body: in capitals', path, good, { contentType: 'Application/JSON' }),
    post('body: no content type', path, good, { contentType: null }),
    post('body: plain text', path, good, { contentType: 'text/plain' }),
    post('body: a form', path, 'run_id=1', { contentType: 'application/x-www-form-urlencoded' }),
    post('body: other JSON', path, good, { contentType: 'application/vnd.api+json' }),
    post('body: none', path),
    post('body: empty', path, ''),
    post('body: twice encoded', path, JSON.stringify(good)),
    post('body: thrice encoded', path, JSON.stringify(JSON.stringify(good))),
    post('body: no JSON', path, 'hello'),
    post('body: cut', path, good.slice(0, -3)),
    post('body: a list', path, '[]'),
    post('body: a number', path, '5'),
    post('body: null', path, 'null'),
    post('body: true', path, 'true'),
    post('body: a text', path, '"hello"'),
    post('body: a member twice', path, `{"run_id": "x", ${good.slice(1)}`),
    post('body: with a mark in front', path, `\ufeff${good}`),
    post('body: with spaces', path, `\n  ${good}  \n`),
    send('PATCH', 'body: PATCH as text', `logged-models/x`, '{"status": 2}', {
      contentType: 'text/plain',
    }),
  ];
}

function routeRequests({ run }: Subjects): readonly RequestCase[] {
  return [
    get('route: health', '/health'),
    get('route: unknown', 'nothing/here'),
    get('route: unknown API', '/api/9.0/mlflow/runs/get', { run_id: run }),
    get('route: below 3.0', '/api/3.0/mlflow/runs/get', { run_id: run }),
    send('PUT', 'route: wrong method', 'runs/create', {}),
    send('DELETE', 'route: wrong method again', 'runs/get'),
    get('route: GET for POST', 'runs/log-metric'),
    get('route: slash at the end', 'runs/get/', { run_id: run }),
    get('route: two slashes', 'runs//get', { run_id: run }),
    get('route: server-info', '/api/3.0/mlflow/server-info'),
    get('route: server-info through ajax', '/ajax-api/3.0/mlflow/server-info'),
    send('HEAD', 'route: HEAD', '/health'),
    send('POST', 'route: POST health', '/health'),
    send('HEAD', 'route: HEAD of a read', `runs/get?run_id=${run}`),
  ];
}

function artifactRequests({ run, deletedRun }: Subjects): readonly RequestCase[] {
  const proxy = '/api/2.0/mlflow-artifacts/artifacts';
  const text = { contentType: 'text/plain' };
  const upload = '/ajax-api/2.0/mlflow/upload-artifact';
  const unknown = 'f'.repeat(32);
  return [
    send('PUT', 'proxy: put', `${proxy}/a/b.txt`, 'hello', text),
    send(
      'PUT',
      'proxy: put through ajax',
      '/ajax-api/2.0/mlflow-artifacts/artifacts/a/c.txt',
      'hello',
      text,
    ),
    send('PUT', 'proxy: put nothing', `${proxy}/a/empty`, '', text),
    send('PUT', 'proxy: put without a name', `${proxy}/`, 'hello', text),
    send('PUT', 'proxy: put on a folder', `${proxy}/a`, 'hello', text),
    send('PUT', 'proxy: put below a file', `${proxy}/a/b.txt/c`, 'hello', text),
    send('PUT', 'proxy: put upwards', `${proxy}/..%2f..%2fx`, 'hello', text),
    send('PUT', 'proxy: put upwards, coded twice', `${proxy}/..%252f..%252fx`, 'hello', text),
    send('PUT', 'proxy: put to a hash', `${proxy}/a%23b`, 'hello', text),
    send('PUT', 'proxy: put to the root', `${proxy}/%2fetc%2fx`, 'hello', text),
    get('proxy: get', `${proxy}/a/b.txt`),
    get('proxy: get an empty file', `${proxy}/a/empty`),
    get('proxy: get a missing one', `${proxy}/a/none`),
    get('proxy: get a folder', `${proxy}/a`),
    get('proxy: get upwards', `${proxy}/a/..%2f..%2fx`),
    get('proxy: list', proxy, { path: 'a' }),
    get('proxy: list the root', proxy),
    get('proxy: list a file', proxy, { path: 'a/b.txt' }),
    get('proxy: list a missing one', proxy, { path: 'none' }),
    get('proxy: list upwards', proxy, { path: '../..' }),
    get('proxy: list absolute', proxy, { path: '/etc' }),
    send('DELETE', 'proxy: delete', `${proxy}/a/c.txt`),
    send('DELETE', 'proxy: delete again', `${proxy}/a/c.txt`),
    send('DELETE', 'proxy: delete upwards', `${proxy}/..%2fx`),
    post('proxy: multipart', '/api/2.0/mlflow-artifacts/mpu/create/a', { path: 'x', num_parts: 2 }),
    post('proxy: complete multipart', '/api/2.0/mlflow-artifacts/mpu/complete/a', {
      path: 'x',
      upload_id: 'u',
      parts: [{ part_number: 1, etag: 'e', url: 'u' }],
    }),
    post('proxy: abort multipart', '/api/2.0/mlflow-artifacts/mpu/abort/a', {
      path: 'x',
      upload_id: 'u',
    }),
    get('proxy: presigned', '/api/2.0/mlflow-artifacts/presigned/a/b.txt'),
    post('artifacts: presigned upload', 'artifacts/presigned-upload-url', {
      run_id: run,
      path: 'x',
    }),
    post('artifacts: presigned upload of nothing', 'artifacts/presigned-upload-url', {
      run_id: run,
    }),
    post('artifacts: presigned upload to an unknown run', 'artifacts/presigned-upload-url', {
      run_id: unknown,
      path: 'x',
    }),
    post('artifacts: presigned download', 'artifacts/presigned-download-url', {
      run_id: run,
      path: 'x',
    }),
    post('upload: a file', `${upload}?run_uuid=${run}&path=up/x.json`, '{"a": 1}'),
    post('upload: nothing', `${upload}?run_uuid=${run}&path=up/y.json`, ''),
    post('upload: without path', `${upload}?run_uuid=${run}`, 'x'),
    post('upload: without run', `${upload}?path=x`, 'x'),
    post('upload: unknown run', `${upload}?run_uuid=${unknown}&path=x`, 'x'),
    post('upload: upwards', `${upload}?run_uuid=${run}&path=../x`, 'x'),
    get('artifacts: list', 'artifacts/list', { run_id: run }),
    get('artifacts: list a folder', 'artifacts/list', { run_id: run, path: 'up' }),
    get('artifacts: list a file', 'artifacts/list', { run_id: run, path: 'up/x.json' }),
    get('artifacts: list a missing one', 'artifacts/list', { run_id: run, path: 'none' }),
    get('artifacts: list upwards', 'artifacts/list', { run_id: run, path: '../..' }),
    get('artifacts: list absolute', 'artifacts/list', { run_id: run, path: '/etc' }),
    get('artifacts: list upwards, coded', 'artifacts/list', { run_id: run, path: '%252e%252e/x' }),
    get('artifacts: list no run', 'artifacts/list'),
    get('artifacts: list an unknown run', 'artifacts/list', { run_id: unknown }),
    get('artifacts: list a deleted run', 'artifacts/list', { run_id: deletedRun }),
    get('artifacts: list by alias', 'artifacts/list', { run_uuid: run, path: 'up' }),
    get('artifacts: get', '/get-artifact', { run_id: run, path: 'up/x.json' }),
    get('artifacts: get by alias', '/get-artifact', { run_uuid: run, path: 'up/x.json' }),
    get('artifacts: get a missing one', '/get-artifact', { run_id: run, path: 'none' }),
    get('artifacts: get a folder', '/get-artifact', { run_id: run, path: 'up' }),
    get('artifacts: get nothing', '/get-artifact', { run_id: run }),
    get('artifacts: get no run', '/get-artifact', { path: 'up/x.json' }),
    get('artifacts: get of an unknown run', '/get-artifact', { run_id: unknown, path: 'x' }),
    get('artifacts: get upwards', '/get-artifact', { run_id: run, path: '../x' }),
  ];
}

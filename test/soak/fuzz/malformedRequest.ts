import type { Random } from '../../contract/seededRandom';
import { BODIES, ENDPOINTS, MEMBERS, VALUES } from './vocabulary';

/** Ids and names that exist, so that a request gets past the first check. */
export interface FuzzSubjects {
  readonly experiment_id: string;
  readonly run_id: string;
  readonly model_id: string;
}

/** Stands for the server's own name and port, as the client must send them. */
export const HOST = 'HOST:PORT';

/** The bytes of one connection. */
export type MalformedRequest = Buffer;

/** A request that is wrong in one of the ways that the server must stand: drawn from its endpoints and from what attacks HTTP. */
export function malformedRequest(random: Random, subjects: FuzzSubjects): MalformedRequest {
  const kinds = [jsonRequest, jsonRequest, jsonRequest, queryRequest, pathRequest, pathRequest];
  const kind = random.pick([...kinds, bodyRequest, headerRequest, rawRequest]);
  return kind(random, subjects);
}

interface Parts {
  readonly method: string;
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
}

function bytesOf({ method, target, headers = [], body }: Parts): Buffer {
  const own = headers.map(header => header.split(':', 1)[0]?.toLowerCase());
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(own.includes('host') ? [] : [`Host: ${HOST}`]),
    ...(own.includes('connection') ? [] : ['Connection: close']),
    ...(body === undefined || own.includes('content-length') || own.includes('transfer-encoding')
      ? []
      : [`Content-Length: ${body.length}`]),
    ...headers,
  ];
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    body ?? Buffer.alloc(0),
  ]);
}

const JSON_TYPE = 'Content-Type: application/json';
const PREFIXES = [
  '/api/2.0/mlflow/',
  '/ajax-api/2.0/mlflow/',
  '/api/2.0/preview/mlflow/',
  '/api/3.0/mlflow/',
  '/api/2.0/mlflow-tracker/',
];

/** An endpoint with good members, of which a few are replaced. */
function jsonRequest(random: Random, subjects: FuzzSubjects): Buffer {
  const endpoint = random.pick(ENDPOINTS);
  const members = new Map(
    Object.entries(goodMembers(subjects)).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  for (let count = random.below(4); count >= 0; count -= 1) {
    members.set(random.pick(MEMBERS), random.pick(VALUES));
  }
  const text = [...members].map(([name, value]) => `"${name}": ${value}`).join(', ');
  return bytesOf({
    method: random.pick(endpoint.methods),
    target: targetOf(random, endpoint.path, subjects),
    headers: [JSON_TYPE],
    body: Buffer.from(`{${text}}`),
  });
}

function queryRequest(random: Random, subjects: FuzzSubjects): Buffer {
  const endpoint = random.pick(ENDPOINTS);
  const query = new URLSearchParams(goodMembers(subjects));
  for (let count = random.below(3); count >= 0; count -= 1) {
    query.set(random.pick(MEMBERS), random.pick([...VALUES, ...WORDS]));
  }
  const text = random.chance(0.2) ? junk(random, 40).toString('hex') : query.toString();
  const paths = [endpoint.path, 'metrics/get-history-bulk', 'metrics/get-history-bulk-interval'];
  return bytesOf({
    method: random.pick(['GET', 'HEAD', 'OPTIONS']),
    target: `${targetOf(random, random.pick(paths), subjects)}?${text}`,
  });
}

/** Ways out of the artifact root: `link…` are symbolic links to what lies outside. */
const STEPS = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '%252e%252e',
    '%25252e%25252e',
    '..%2f',
    '..%5c',
    '..\\',
    '%c0%ae%c0%ae',
    '%00',
  ],
  ...[
    'link',
    'link/canary.txt',
    'link-file',
    'link-loop',
    'a',
    'a/b',
    '~',
    'C:',
    '%2f',
    '%2fetc',
    '\\\\host',
  ],
  ...[
    'canary.txt',
    'outside',
    'etc/passwd',
    '#',
    '%23',
    '%',
    '%zz',
    '....//',
    '..;',
    'con',
    '%0d%0aX: y',
  ],
];

function pathRequest(random: Random, subjects: FuzzSubjects): Buffer {
  const steps = Array.from({ length: 1 + random.below(5) }, () => random.pick(STEPS));
  const path = steps.join(random.pick(['/', '/', '%2f', '//', '']));
  const { run_id: run, model_id: model } = subjects;
  const proxy = `${random.pick(['/api', '/ajax-api'])}/2.0/mlflow-artifacts/`;
  const target = random.pick([
    `${proxy}artifacts/${path}`,
    `${proxy}artifacts/${path}`,
    `${proxy}artifacts?path=${path}`,
    `${proxy}mpu/create/${path}`,
    `${proxy}presigned/${path}`,
    `/get-artifact?run_id=${run}&path=${path}`,
    `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run}&path=${path}`,
    `/api/2.0/mlflow/artifacts/list?run_id=${run}&path=${path}`,
    `/api/2.0/mlflow/logged-models/${model}/artifacts/directories?artifact_directory_path=${path}`,
    `/ajax-api/2.0/mlflow/logged-models/${model}/artifacts/files?artifact_file_path=${path}`,
    `/${path}`,
  ]);
  const method = random.pick(['GET', 'PUT', 'DELETE', 'POST']);
  return bytesOf({
    method,
    target,
    ...(method !== 'GET' && {
      body: Buffer.from('{"a": 1}'),
      headers: ['Content-Type: text/plain'],
    }),
  });
}

function bodyRequest(random: Random, subjects: FuzzSubjects): Buffer {
  const endpoint = random.pick(ENDPOINTS);
  const good = JSON.stringify(goodMembers(subjects));
  const body = random.pick([
    Buffer.from(random.pick(BODIES)),
    Buffer.from(good.slice(0, random.below(good.length))),
    Buffer.from(JSON.stringify(JSON.stringify(good))),
    Buffer.from(`{"a":`.repeat(2_000)),
    Buffer.from(`{"value": ${'9'.repeat(5_000)}}`),
    Buffer.from(`{"key": "${'k'.repeat(100_000)}"}`),
    Buffer.from(`{"metrics": [${'{},'.repeat(2_000)}{}]}`),
    Buffer.concat([Buffer.from('{"key": "'), junk(random, 50), Buffer.from('"}')]),
    Buffer.from('\ufeff{}', 'utf16le'),
    junk(random, 500),
  ]);
  return bytesOf({
    method: random.pick(['POST', 'PATCH', 'PUT', 'DELETE']),
    target: targetOf(random, endpoint.path, subjects),
    headers: [
      random.pick([JSON_TYPE, JSON_TYPE, 'Content-Encoding: gzip', 'Content-Type: a/b; c']),
    ],
    body,
  });
}

const HEADERS = [
  'Host: evil.example',
  'Host: ',
  'Host: 127.0.0.1:1\t',
  'Host: a\r\nHost: b',
  'Origin: https://evil.example',
  'Origin: null',
  'Sec-Fetch-Site: cross-site',
  'Authorization: Basic ////',
  'Authorization: Bearer \u00ff\u00fe',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 1\r\nContent-Length: 2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 3',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Expect: something',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c\r\nHTTP2-Settings: x',
  'Range: bytes=0-18446744073709551615',
  'If-None-Match: *',
  `Cookie: ${'a=b; '.repeat(2_000)}`,
  `X-Long: ${'x'.repeat(40_000)}`,
  `: nameless`,
  'No colon',
  ' folded: a\r\n b',
  'X-Null: a\u0000b',
];

function headerRequest(random: Random, subjects: FuzzSubjects): Buffer {
  const endpoint = random.pick(ENDPOINTS);
  return bytesOf({
    method: random.pick(['GET', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', 'M-SEARCH']),
    target: targetOf(random, endpoint.path, subjects),
    headers: [JSON_TYPE, random.pick(HEADERS), random.pick(HEADERS)],
    body: Buffer.from(JSON.stringify(goodMembers(subjects))),
  });
}

/** What is no HTTP, or no HTTP that anyone should send. */
function rawRequest(random: Random): Buffer {
  const host = `Host: ${HOST}\r\n`;
  return random.pick([
    junk(random, 300),
    Buffer.alloc(0),
    Buffer.from('\r\n'.repeat(1_000)),
    Buffer.from('GET /health\r\n\r\n'),
    Buffer.from(`GET /health HTTP/0.9\r\n${host}\r\n`),
    Buffer.from(`GET /health HTTP/2.0\r\n${host}\r\n`),
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from(`GET http://127.0.0.1/health HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`GET http://[ HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`GET //evil.example/health HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`GET health HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`OPTIONS * HTTP/1.1\r\n${host}\r\n`),
    Buffer.from('CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n'),
    Buffer.from(`GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`GET /a b c HTTP/1.1\r\n${host}\r\n`),
    Buffer.from(`GET /\u0000 HTTP/1.1\r\n${host}\r\n`, 'latin1'),
    Buffer.from(`GET /\u00ff HTTP/1.1\r\n${host}\r\n`, 'latin1'),
    Buffer.from(`GET /health HTTP/1.1\r\n${host}\r\n`.repeat(20)),
    Buffer.from(
      `POST /api/2.0/mlflow/runs/search HTTP/1.1\r\n${host}${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{`,
    ),
    Buffer.from(
      `POST /api/2.0/mlflow/runs/search HTTP/1.1\r\n${host}${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        random.pick([
          'zz\r\n',
          '5\r\n{}',
          'ffffffffffffffff\r\n',
          '1;a=b\r\n{\r\n0\r\nX: y\r\n\r\n',
          '-1\r\n',
        ]),
    ),
    Buffer.from(
      `PUT /api/2.0/mlflow-artifacts/artifacts/cut HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\ncut`,
    ),
    // A TLS client's first words.
    Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]), junk(random, 200)]),
  ]);
}

const WORDS = [
  '',
  'x',
  '..',
  '\ud800',
  '%',
  '\u0000',
  '0',
  '-1',
  '1e99',
  "' OR 1=1 --",
  '${jndi:x}',
];

function targetOf(random: Random, path: string, subjects: FuzzSubjects): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'model_id' && random.chance(0.7)
      ? subjects.model_id
      : new URLSearchParams({ '': random.pick(WORDS) }).toString().slice(1),
  );
  return (random.chance(0.7) ? '/api/2.0/mlflow/' : random.pick(PREFIXES)) + filled;
}

function goodMembers(subjects: FuzzSubjects): Record<string, string> {
  return {
    ...subjects,
    key: 'k',
    value: '1',
    timestamp: '1',
    metric_key: 'k',
    name: 'n',
    max_results: '10',
  };
}

function junk(random: Random, maxLength: number): Buffer {
  return Buffer.from(Array.from({ length: random.below(maxLength) }, () => random.below(256)));
}

import { describe, expect, it } from 'vitest';
import { Guard, type GuardOptions } from '../../../src/server/guard';

const PORT = 5000;

function statusOf(
  options: GuardOptions,
  headers: Record<string, string>,
  path = '/api/2.0/mlflow/runs/get',
): number {
  const request = new Request(`http://localhost:${PORT}${path}`, {
    headers: { host: `localhost:${PORT}`, ...headers },
  });
  return new Guard(options).check(request, { localPort: PORT }).answer?.status ?? 200;
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('Host', () => {
  it.each([
    ['localhost:5000', 200],
    ['LocalHost:5000', 200],
    ['127.0.0.1:5000', 200],
    ['[::1]:5000', 200],
    ['localhost:5001', 403],
    ['localhost', 403],
    ['evil.example:5000', 403],
    ['localhost.evil.example:5000', 403],
    ['127.0.0.1.evil.example:5000', 403],
    ['10.evil.example:5000', 403],
    ['10.0.0.1:5000', 403],
    ['0.0.0.0:5000', 403],
    ['localhost:5000@evil.example', 403],
    ['', 403],
  ])('%s gets %i', (host, status) => {
    expect(statusOf({}, { host })).toBe(status);
  });

  it.each([
    ['box.lan', 200],
    ['box.lan:8080', 200],
    ['192.168.1.5:5000', 200],
    ['[fe80::1]:5000', 200],
    ['evil.example', 403],
    ['10.evil.example', 403],
  ])('%s gets %i beyond loopback', (host, status) => {
    expect(statusOf({ beyondLoopback: true, allowedHosts: ['Box.lan'] }, { host })).toBe(status);
  });
});

describe('Origin', () => {
  it.each([
    [{ origin: 'http://localhost:5000' }, 200],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'vscode-webview://abc' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{}, 200],
  ])('%j gets %i', (headers, status) => {
    expect(statusOf({}, headers as Record<string, string>)).toBe(status);
  });
});

describe('token', () => {
  it.each([
    ['Bearer s3cret', 200],
    ['bearer s3cret', 200],
    [basic('anyone:s3cret'), 200],
    [basic(':s3cret'), 200],
    ['Bearer s3cret2', 401],
    ['Bearer s3cre', 401],
    ['Bearer ', 401],
    ['s3cret', 401],
    [basic('s3cret:'), 401],
    [basic('anyone:wrong'), 401],
    ['Digest s3cret', 401],
  ])('%s gets %i', (authorization, status) => {
    expect(statusOf({ token: 's3cret' }, { authorization })).toBe(status);
  });

  it('as bearer token needs no further proof; a password that a browser sends by itself does', () => {
    const site = { 'sec-fetch-site': 'cross-site' };
    expect(statusOf({ token: 't' }, { ...site, authorization: 'Bearer t' })).toBe(200);
    expect(statusOf({ token: 't' }, { ...site, authorization: basic(':t') })).toBe(403);
  });

  it('is asked for but for health and version, and with the challenge that clients look for', () => {
    expect(statusOf({ token: 't' }, {})).toBe(401);
    expect(statusOf({ token: 't' }, {}, '/health')).toBe(200);
    expect(statusOf({ token: 't' }, {}, '/version')).toBe(200);
    expect(statusOf({ token: 't' }, { host: 'evil.example' }, '/health')).toBe(403);
    const { answer } = new Guard({ token: 't' }).check(new Request('http://localhost/x'));
    expect(answer?.headers.get('www-authenticate')).toBe('Basic realm="mlflow"');
  });
});

describe('login', () => {
  const login = { username: 'ann', password: 'pä:ss' };

  it.each([
    [basic('ann:pä:ss'), 200],
    [basic('ann:pä:s'), 401],
    [basic('ann:pä:sss'), 401],
    [basic('bob:pä:ss'), 401],
    [basic('ann'), 401],
    [basic(''), 401],
    ['Basic', 401],
    ['Bearer pä:ss', 401],
  ])('%s gets %i', (authorization, status) => {
    expect(statusOf({ login }, { authorization })).toBe(status);
  });

  it('and a token open each for itself', () => {
    const options = { login, token: 't' };
    expect(statusOf(options, { authorization: basic('ann:pä:ss') })).toBe(200);
    expect(statusOf(options, { authorization: 'Bearer t' })).toBe(200);
    expect(statusOf(options, { authorization: basic('ann:t') })).toBe(200);
    expect(statusOf(options, { authorization: basic('ann:x') })).toBe(401);
  });

  it('says which variables a client needs', async () => {
    const { answer } = new Guard({ login }).check(new Request('http://localhost/x'));
    expect(await answer?.json()).toMatchObject({
      error_code: 'UNAUTHENTICATED',
      message: expect.stringContaining('MLFLOW_TRACKING_USERNAME') as string,
    });
  });
});

describe('allowed hosts', () => {
  it.each([
    ['*', 'evil.example', 200],
    ['*.lan', 'box.lan:5000', 200],
    ['*.lan', 'box.lan.evil.example', 403],
    ['*.lan', 'lan', 403],
    ['app-*.internal', 'APP-1.internal', 200],
    ['box.lan:8080', 'box.lan:8080', 200],
    ['box.lan:8080', 'box.lan:8081', 403],
    ['a+b.lan', 'aab.lan', 403],
    ['box.lan', 'localhost:5000', 200],
  ])('%s: %s gets %i', (allowed, host, status) => {
    expect(statusOf({ allowedHosts: [allowed] }, { host })).toBe(status);
  });
});

describe('pages of allowed origins', () => {
  const allowedOrigins = ['https://app.example', 'http://*.lan:3000'];
  const check = (options: GuardOptions, headers: Record<string, string>, method = 'GET') =>
    new Guard(options).check(
      new Request('http://localhost/api/2.0/mlflow/runs/get', { method, headers }),
    );

  it('may read and write, others may not', () => {
    for (const origin of ['https://app.example', 'http://box.lan:3000']) {
      const { answer, corsHeaders } = check(
        { allowedOrigins },
        { origin, 'sec-fetch-site': 'cross-site' },
      );
      expect(answer, origin).toBeUndefined();
      expect(corsHeaders).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
    }
    for (const origin of [
      'https://app.example.evil',
      'http://app.example',
      'null',
      'http://lan:3000',
    ]) {
      const { answer, corsHeaders } = check({ allowedOrigins }, { origin });
      expect([answer?.status, corsHeaders], origin).toEqual([403, undefined]);
    }
  });

  it('are told by a preflight, without a token, what they may send', () => {
    const preflight = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const options = { allowedOrigins, token: 't' };
    const { answer } = check(options, { ...preflight, origin: 'https://app.example' }, 'OPTIONS');
    expect(answer?.status).toBe(204);
    expect(Object.fromEntries(answer?.headers ?? [])).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': expect.stringContaining('PATCH') as string,
      'access-control-allow-headers': 'authorization,content-type',
    });
    const other = check(options, { ...preflight, origin: 'https://evil.example' }, 'OPTIONS');
    expect([
      other.answer?.status,
      other.answer?.headers.get('access-control-allow-origin'),
    ]).toEqual([403, null]);
  });

  it('need the token as everyone does, and can read that they do', () => {
    const { answer, corsHeaders } = check(
      { allowedOrigins, token: 't' },
      { origin: 'https://app.example' },
    );
    expect(answer?.status).toBe(401);
    expect(corsHeaders).toBeDefined();
  });

  it('of every kind get no credentials', () => {
    const { answer, corsHeaders } = check(
      { allowedOrigins: ['*'] },
      { origin: 'https://evil.example' },
    );
    expect(answer).toBeUndefined();
    expect(corsHeaders?.['access-control-allow-origin']).toBe('*');
    expect(corsHeaders?.['access-control-allow-credentials']).toBeUndefined();
  });
});

it('knows who may see more than that the server lives', () => {
  const request = (authorization?: string) =>
    new Request('http://localhost/health', { headers: authorization ? { authorization } : {} });
  expect(new Guard().isTrusted(request())).toBe(true);
  const guarded = new Guard({ token: 't' });
  expect(guarded.isTrusted(request())).toBe(false);
  expect(guarded.isTrusted(request('Bearer x'))).toBe(false);
  expect(guarded.isTrusted(request('Bearer t'))).toBe(true);
});

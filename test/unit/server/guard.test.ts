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
  return new Guard(options).refuse(request, { localPort: PORT })?.status ?? 200;
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
    const answer = new Guard({ token: 't' }).refuse(new Request('http://localhost/x'));
    expect(answer?.headers.get('www-authenticate')).toBe('Basic realm="mlflow"');
  });
});

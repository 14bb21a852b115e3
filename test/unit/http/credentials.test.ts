import { describe, expect, it } from 'vitest';
import {
  credentialsFromEnvironment,
  joinCredentials,
  splitCredentials,
} from '../../../src/http/credentials';

const ADA = { kind: 'basic', username: 'ada@lab', password: 'p:/ss?' } as const;

describe('credentials of a database', () => {
  it('leave the URI and come back into it', () => {
    const whole = 'postgresql+psycopg2://ada%40lab:p%3A%2Fss%3F@host:5432/db?sslmode=require';
    const { url, credentials } = splitCredentials(whole);
    expect(url).toBe('postgresql+psycopg2://host:5432/db?sslmode=require');
    expect(credentials).toEqual(ADA);
    expect(joinCredentials(url, credentials)).toBe(whole);
  });

  it.each([
    ['a URI that names its user', 'mysql://eve@host/db', ADA],
    ['a file', 'sqlite:///mlflow.db', ADA],
    ['a token, which no database takes', 'mysql://host/db', { kind: 'bearer', token: 't' }],
    ['none', 'mysql://host/db', undefined],
  ] as const)('change nothing for %s', (_case, uri, credentials) => {
    expect(joinCredentials(uri, credentials)).toBe(uri);
  });
});

describe('credentials', () => {
  it('leave the URL', () => {
    expect(splitCredentials('http://ann:p%40ss@host/x')).toEqual({
      url: 'http://host/x',
      credentials: { kind: 'basic', username: 'ann', password: 'p@ss' },
    });
    expect(splitCredentials('http://host/x')).toEqual({ url: 'http://host/x' });
  });

  it.each([
    [{ MLFLOW_TRACKING_TOKEN: 't' }, { kind: 'bearer', token: 't' }],
    [
      { MLFLOW_TRACKING_TOKEN: 't', MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p' },
      { kind: 'basic', username: 'u', password: 'p' },
    ],
    [{ MLFLOW_TRACKING_USERNAME: 'u' }, undefined],
    [{}, undefined],
  ])('of %j are %j', (env, expected) => {
    expect(credentialsFromEnvironment(env)).toEqual(expected);
  });
});

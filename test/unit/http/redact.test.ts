import { describe, expect, it } from 'vitest';
import { credentialsFromEnvironment, splitCredentials } from '../../../src/http/credentials';
import { redactUrl } from '../../../src/http/redact';

describe('redaction', () => {
  it.each([
    ['http://ann:secret@host:5000/x', 'http://***@host:5000/x'],
    ['postgresql+psycopg2://u:p@h/db', 'postgresql+psycopg2://***@h/db'],
    ['mysql://u:p/q@r?s@h/db', 'mysql://***@h/db'],
    ['mssql+pyodbc://u:p%40ss@h:1433/db?driver=X', 'mssql+pyodbc://***@h:1433/db?driver=***'],
    ['mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dp', 'mssql+pyodbc:///?odbc_connect=***'],
    ['https://h/x?token=secret&b=c#d', 'https://h/x?token=***&b=***#d'],
    ['http://host/a@b', 'http://host/a@b'],
    ['/some/path', '/some/path'],
  ])('%s becomes %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
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

import { describe, expect, it } from 'vitest';
import { joinCredentials, splitCredentials } from '../../../src/http/credentials';

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

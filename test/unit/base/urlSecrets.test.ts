import { describe, expect, it } from 'vitest';
import {
  hideCredentials,
  hidePassword,
  redactText,
  redactUrl,
  withoutCredentials,
} from '../../../src/base/urlSecrets';

describe('the secrets of a URL', () => {
  it.each([
    ['http://ann:secret@host:5000/x', 'http://***@host:5000/x'],
    ['postgresql+psycopg2://u:p@h/db', 'postgresql+psycopg2://***@h/db'],
    ['mysql://u:p/q@r?s@h/db', 'mysql://***@h/db'],
    ['mssql+pyodbc://u:p%40ss@h:1433/db?driver=X', 'mssql+pyodbc://***@h:1433/db?driver=***'],
    ['mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dp', 'mssql+pyodbc:///?odbc_connect=***'],
    ['https://h/x?token=secret&b=c#d', 'https://h/x?token=***&b=***#d'],
    ['http://host/a@b', 'http://host/a@b'],
    ['/some/path', '/some/path'],
  ])('are redacted: %s becomes %s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });

  it('are redacted wherever a URL stands in a text', () => {
    expect(redactText('GET "http://a:b@h/x?t=1" failed, not <mysql://u:p@h/db>.')).toBe(
      'GET "http://***@h/x?t=***" failed, not <mysql://***@h/db>.',
    );
  });

  it.each([
    ['mysql://ann:p/q@r@h/db?ssl_key=k', 'mysql://ann:***@h/db?ssl_key=***'],
    ['postgresql://ann@h/db', 'postgresql://ann@h/db'],
  ])('are hidden beside the user of a database: %s becomes %s', (uri, expected) => {
    expect(hidePassword(uri)).toBe(expected);
  });

  it('are hidden in a param, which keeps its query', () => {
    expect(hideCredentials('db=mysql://u:p@ss@h/db, data=http://h/x?rows=5')).toBe(
      'db=mysql://***@h/db, data=http://h/x?rows=5',
    );
  });

  it.each([
    ['https://token@example.com/org/repo.git?x=1#y', 'https://example.com/org/repo.git'],
    ['ssh://git:secret@example.com:2222/repo.git', 'ssh://git@example.com:2222/repo.git'],
    ['git@example.com:org/repo.git', 'git@example.com:org/repo.git'],
    ['/some/path', '/some/path'],
  ])('leave an address that others are to open: %s becomes %s', (url, expected) => {
    expect(withoutCredentials(url)).toBe(expected);
  });
});

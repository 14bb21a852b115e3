import { expect, it } from 'vitest';
import { parseServerUri } from '../../../../src/stores/sql/serverUri';

it.each([
  [
    'mssql+pyodbc://ada:p%40ss@db.example:1444/mlflow?driver=ODBC+Driver+18+for+SQL+Server&Encrypt=yes',
    { system: 'mssql', host: 'db.example', port: 1444, user: 'ada', password: 'p@ss' },
  ],
  [
    'mssql+pymssql://ada:pw@db.example/mlflow',
    { system: 'mssql', host: 'db.example', port: 1433, user: 'ada', password: 'pw' },
  ],
  ['mssql://ada:pw@db\\SQLEXPRESS/mlflow', { host: 'db\\SQLEXPRESS', database: 'mlflow' }],
  [
    'postgresql+psycopg2://ada:p%40s%2Fs@[::1]:6/db?sslmode=require',
    { host: '::1', port: 6, password: 'p@s/s' },
  ],
  [
    'mysql+pymysql://ada@db/my%20db?charset=utf8mb4',
    { port: 3306, database: 'my db', password: undefined },
  ],
])('reads %s', (uri, expected) => {
  expect(parseServerUri(uri)).toMatchObject(expected);
});

it('reads a driver whose spaces are pluses', () => {
  const { query } = parseServerUri('mssql+pyodbc://a:b@h/d?driver=ODBC+Driver+18+for+SQL+Server');
  expect(query.get('driver')).toBe('ODBC Driver 18 for SQL Server');
});

it.each([
  [
    'DRIVER={ODBC Driver 18 for SQL Server};SERVER=tcp:db.example,1444;DATABASE=mlflow;UID=ada;PWD={s;e}}c=r@t};Encrypt=no',
    { host: 'db.example', port: 1444, user: 'ada', password: 's;e}c=r@t', database: 'mlflow' },
  ],
  [
    'Driver=SQL Server; Server = db\\INST ; Initial Catalog=m ; User Id=ada ; Password=pw',
    { host: 'db\\INST', port: 1433, user: 'ada', password: 'pw', database: 'm' },
  ],
])('reads odbc_connect=%s', (text, expected) => {
  const uri = parseServerUri(`mssql+pyodbc:///?odbc_connect=${encodeURIComponent(text)}`);
  expect(uri).toMatchObject({ system: 'mssql', ...expected });
  expect(uri.shown).toBe('mssql+pyodbc:///?odbc_connect=***');
});

it.each([
  'mssql+pyodbc://dsn',
  'mssql+pyodbc:///?odbc_connect=UID%3Da',
  'oracle://a:b@h/d',
  'mysql://h',
])('refuses %s', uri => {
  expect(() => parseServerUri(uri)).toThrow('names no database of a server');
});

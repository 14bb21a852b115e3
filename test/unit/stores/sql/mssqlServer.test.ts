import { expect, it } from 'vitest';

import { openMssqlServer } from '../../../../src/stores/sql/mssqlServer';
import { openStore } from '../../../../src/stores/openStore';
import { parseServerUri } from '../../../../src/stores/sql/serverUri';
import { silentLogger } from '../../../../src/base/logger';
import { TrackingError } from '../../../../src/tracking/trackingError';
import { fakeSqlServer, type FakeRow } from './fakeSqlServer';

const SECRET = 'se%40cret';

function uriAt(port: number, more = ''): string {
  return `mssql+pyodbc://ada:${SECRET}@127.0.0.1:${port}/mlflow?driver=ODBC+Driver+18+for+SQL+Server${more}`;
}

async function reasonOf(uri: string): Promise<TrackingError> {
  try {
    await openStore(uri, { logger: silentLogger, workingDir: '/', env: {} });
  } catch (error) {
    if (TrackingError.is(error)) {
      expect(error.message).not.toMatch(/se(%40|@)cret/);
      return error;
    }
    throw error;
  }
  throw new Error('It opened');
}

it('tells that nothing answers', async () => {
  const { code, message } = await reasonOf(uriAt(1));
  expect(code).toBe('TEMPORARILY_UNAVAILABLE');
  expect(message).toContain('start the server');
});

it.each([
  [18456, "Login failed for user 'ada'.", 'PERMISSION_DENIED', 'check user and password'],
  [
    4060,
    'Cannot open database "mlflow".',
    'INVALID_PARAMETER_VALUE',
    'make it with CREATE DATABASE',
  ],
])('tells why error %i refuses the login', async (number, message, code, words) => {
  const { port } = await fakeSqlServer({ refusesLogin: { number, message } });
  const error = await reasonOf(uriAt(port, '&Encrypt=no'));
  expect(error.code).toBe(code);
  expect(error.message).toContain(words);
});

it('tells that a server without encryption was asked for it', async () => {
  const { port } = await fakeSqlServer({});
  const { code, message } = await reasonOf(uriAt(port));
  expect(code).toBe('INVALID_PARAMETER_VALUE');
  expect(message).toContain('Encrypt=no');
});

it.each(['mssql://db/mlflow', `mssql://ada:pw@db/mlflow?Authentication=ActiveDirectoryPassword`])(
  'takes no login but the server’s own: %s',
  async uri => {
    expect((await reasonOf(uri)).message).toContain('login of its own');
  },
);

it('asks MLflow to make the tables of an empty database', async () => {
  const server = await fakeSqlServer({});
  const { code, message } = await reasonOf(uriAt(server.port, '&Encrypt=no'));
  expect(code).toBe('INVALID_STATE');
  expect(message).toContain('run `mlflow server` on it once');
  expect(server.asked.some(sql => sql.includes('sp_getapplock'))).toBe(true);
});

it('sends values by their types, and reads integers exactly', async () => {
  const rows: readonly FakeRow[] = [
    { text: 'größe', number: 2n ** 53n + 1n },
    { text: '', number: -7n },
  ];
  const fake = await fakeSqlServer({ answer: sql => (sql.includes('wanted') ? rows : []) });
  const server = await openMssqlServer(parseServerUri(uriAt(fake.port, '&Encrypt=no')));
  const connection = await server.connect();
  const values = ['ascii', 'größe', 5, 2n ** 60n, 0.5, null];
  const result = await connection.query('select wanted @1, @2, @3, @4, @5, @6', values);
  expect(result.rows).toEqual([
    { text: 'größe', number: 2n ** 53n + 1n },
    { text: '', number: -7 },
  ]);
  expect(fake.asked.at(-1)).toMatch(
    /@1 varchar\(5\),\s*@2 nvarchar\(5\),\s*@3 bigint,\s*@4 bigint,\s*@5 float,\s*@6 varchar/,
  );
  connection.release(false);
  await server.close();
});

it.each([
  [1205, 'conflict'],
  [2627, 'duplicate'],
  [208, 'schema'],
  [547, 'other'],
])('knows what error %i means', async (number, trouble) => {
  const fake = await fakeSqlServer({ answer: sql => (sql.includes('wanted') ? number : []) });
  const server = await openMssqlServer(parseServerUri(uriAt(fake.port, '&Encrypt=no')));
  const connection = await server.connect();
  const error: unknown = await connection.query('select wanted').catch((reason: unknown) => reason);
  expect(server.troubleOf(error)).toBe(trouble);
  expect(TrackingError.is(server.describe(error))).toBe(true);
  connection.release(true);
  await server.close();
});

it('makes new connections when the server has ended them', async () => {
  const fake = await fakeSqlServer({});
  const server = await openMssqlServer(parseServerUri(uriAt(fake.port, '&Encrypt=no')));
  const inUse = await server.connect();
  (await server.connect()).release(false);
  fake.breakConnections();
  const error: unknown = await inUse.query('select 1').catch((reason: unknown) => reason);
  expect(server.troubleOf(error)).toBe('lost');
  inUse.release(true);
  for (let i = 0; i < 3; i += 1) {
    const connection = await server.connect();
    expect(await connection.query('select 1')).toEqual({ rows: [], changed: 0 });
    connection.release(false);
  }
  await server.close();
});

import { expect, it } from 'vitest';
import { translateFileError } from '../../../src/artifacts/local/fileErrors';
import { writeError } from '../../../src/stores/file/fileErrors';
import { describeMysqlError } from '../../../src/stores/sql/mysqlErrors';
import { describePostgresError } from '../../../src/stores/sql/postgresErrors';
import { TrackingError } from '../../../src/tracking/trackingError';

/*
 * What passes is told so that clients try again, what stays wrong so that they do not. Conditions that no test here can make
 * happen; those that can be are in the contract suite.
 */

function codeOf(error: unknown): string {
  return TrackingError.is(error) ? error.code : String(error);
}

it.each([
  ['ENOSPC', 'RESOURCE_EXHAUSTED'],
  ['EDQUOT', 'RESOURCE_EXHAUSTED'],
  ['EFBIG', 'RESOURCE_EXHAUSTED'],
  ['EMFILE', 'TEMPORARILY_UNAVAILABLE'],
  ['EIO', 'TEMPORARILY_UNAVAILABLE'],
  ['ESTALE', 'TEMPORARILY_UNAVAILABLE'],
  ['EROFS', 'PERMISSION_DENIED'],
  ['EACCES', 'PERMISSION_DENIED'],
  ['ENAMETOOLONG', 'INVALID_PARAMETER_VALUE'],
])('%s of a file is %s, in the store and among artifacts', (code, expected) => {
  const error = Object.assign(new Error(code), { code });
  expect(codeOf(writeError('a', error))).toBe(expected);
  expect(codeOf(translateFileError(error, 'a'))).toBe(expected);
});

it.each([
  ['53100', 'RESOURCE_EXHAUSTED'],
  ['53200', 'TEMPORARILY_UNAVAILABLE'],
  ['53300', 'TEMPORARILY_UNAVAILABLE'],
  ['57P03', 'TEMPORARILY_UNAVAILABLE'],
  ['58030', 'TEMPORARILY_UNAVAILABLE'],
  ['40P01', 'TEMPORARILY_UNAVAILABLE'],
  ['25006', 'PERMISSION_DENIED'],
  ['54000', 'BAD_REQUEST'],
  ['22003', 'BAD_REQUEST'],
  ['42601', 'INTERNAL_ERROR'],
])('SQLSTATE %s of PostgreSQL is %s', (code, expected) => {
  const error = Object.assign(new Error('it is so'), { code });
  expect(codeOf(describePostgresError(error, 'the database'))).toBe(expected);
});

it.each([
  [1114, "The table 'metrics' is full", 'RESOURCE_EXHAUSTED'],
  [1021, 'Disk full (/tmp/x); waiting for someone to free some space', 'RESOURCE_EXHAUSTED'],
  [1030, 'Got error 28 "No space left on device" from storage engine', 'RESOURCE_EXHAUSTED'],
  [1030, 'Got error 168 "Unknown" from storage engine', 'INTERNAL_ERROR'],
  [1040, 'Too many connections', 'TEMPORARILY_UNAVAILABLE'],
  [1053, 'Server shutdown in progress', 'TEMPORARILY_UNAVAILABLE'],
  [1205, 'Lock wait timeout exceeded', 'TEMPORARILY_UNAVAILABLE'],
  [1290, 'The server is running with --read-only', 'PERMISSION_DENIED'],
  [1406, 'Data too long for column', 'BAD_REQUEST'],
])('error %i of MariaDB, "%s", is %s', (errno, message, expected) => {
  const error = Object.assign(new Error(message), { errno, code: 'ER_SOMETHING' });
  expect(codeOf(describeMysqlError(error, 'the database'))).toBe(expected);
});

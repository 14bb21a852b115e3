import { describe, expect, it } from 'vitest';
import { TrackingError } from '../../../src/tracking/trackingError';
import { decodeError, encodeError, ERROR_STATUS } from '../../../src/wire/errorRecord';

describe('errors on the wire', () => {
  it.each(Object.entries(ERROR_STATUS))('carry %s with status %i', (code, status) => {
    const error = new TrackingError(code as keyof typeof ERROR_STATUS, 'Why.');
    const read = decodeError(status, JSON.stringify(encodeError(error)));
    expect(read).toMatchObject({ code, message: 'Why.' });
  });

  it.each([
    [404, '<html>Not Found</html>', 'ENDPOINT_NOT_FOUND'],
    [405, '', 'ENDPOINT_NOT_FOUND'],
    [401, 'no', 'UNAUTHENTICATED'],
    [403, 'Invalid Host header', 'PERMISSION_DENIED'],
    [429, '', 'REQUEST_LIMIT_EXCEEDED'],
    [502, '<html>', 'TEMPORARILY_UNAVAILABLE'],
    [500, '[]', 'INTERNAL_ERROR'],
    [418, '{}', 'BAD_REQUEST'],
    [400, '{"error_code":"SOMETHING_NEW","message":"m"}', 'BAD_REQUEST'],
  ])('are told by status %i alone when the body is %s', (status, text, code) => {
    const error = decodeError(status, text);
    expect(error.code).toBe(code);
    expect(error.message).not.toBe('');
  });
});

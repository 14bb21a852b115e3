import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken, type SortKey } from '../../../src/tracking/pageToken';
import { messageOf } from './search/messageOf';

function plain(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('a page token', () => {
  it('is what MLflow reads, with a place added', () => {
    const token = encodePageToken({ offset: 3, after: ['a', undefined] }, 'order');
    expect(Buffer.from(token, 'base64').toString()).toBe(
      '{"offset": 3, "order": "order", "after": ["a",null]}',
    );
    expect(encodePageToken({ offset: 3 }, 'order')).toBe(plain('{"offset": 3}'));
  });

  it.each<{ title: string; after: SortKey }>([
    { title: 'what is no number in JSON', after: [NaN, Infinity, -Infinity, undefined] },
    { title: 'integers', after: [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 2 ** 53 - 1] },
    { title: 'doubles', after: [1e-320, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e21, -1.5] },
    {
      title: 'texts',
      after: ['', 'NaN', '9007199254740993', 'z🎲', '\u0000\ud800"\\', 'ß'.repeat(8000)],
    },
    { title: 'nothing', after: [] },
  ])('keeps a place exactly: $title', ({ after }) => {
    const token = encodePageToken({ offset: 7, after }, 'order');
    expect(decodePageToken(token, 'order')).toEqual({ offset: 7, after });
  });

  it('begins at the first item when there is none', () => {
    expect(decodePageToken(undefined, 'order')).toEqual({ offset: 0 });
    expect(decodePageToken('', 'order')).toEqual({ offset: 0 });
  });

  it('of MLflow, or of a place that is too long to be sent, has an offset only', () => {
    expect(decodePageToken(plain('{"offset": 12}'), 'order')).toEqual({ offset: 12 });
    const long = encodePageToken({ offset: 5, after: ['x'.repeat(70_000)] }, 'order');
    expect(long).toBe(plain('{"offset": 5}'));
  });

  it('of another order is refused', () => {
    const token = encodePageToken({ offset: 7, after: [1] }, 'order');
    expect(messageOf(() => decodePageToken(token, 'another'))).toContain('order_by');
  });

  it.each([
    '{"offset": 1.5}',
    '{"offset": 9007199254740992}',
    '{"offset": 1, "order": "order", "after": 5}',
    '{"offset": 1, "order": "order", "after": null}',
    '{"offset": 1, "order": "order", "after": [true]}',
    '{"offset": 1, "order": "order", "after": [[]]}',
    '{"offset": 1, "order": "order", "after": [["1.5"]]}',
    '{"offset": 1, "order": "order", "after": [[1]]}',
  ])('that was cobbled together is refused: %s', text => {
    expect(messageOf(() => decodePageToken(plain(text), 'order'))).toContain('Invalid page token');
  });
});

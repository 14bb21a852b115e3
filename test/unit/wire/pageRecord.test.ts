import { expect, it } from 'vitest';
import { piecesAnswer } from '../../../src/server/answers';
import { pageCodec } from '../../../src/wire/pageRecord';

const codec = pageCodec(
  'items',
  (item: number) => ({ item, text: 'x'.repeat(1_000) }),
  record => Number(record['item']),
);

it.each([0, 1, 2, 1_000])('a page of %i items says the same in pieces as in one', async count => {
  const items = Array.from({ length: count }, (_, index) => index);
  for (const page of [{ items }, { items, nextPageToken: 'a"b' }]) {
    const pieces = [...(codec.texts?.(page) ?? [])];
    // JSON.stringify leaves out what encode has no value for.
    expect(pieces.join('')).toBe(JSON.stringify(codec.encode(page)));
    expect(pieces.length).toBe(1 + Math.floor(count / 256));
    const answer = piecesAnswer(codec.texts?.(page) ?? []);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.text()).toBe(pieces.join(''));
  }
});

import { expect, it } from 'vitest';
import { generateRunName } from '../../../src/tracking/runName';

it('is adjective-noun-number of at most 20 characters, whatever is drawn', () => {
  for (let draw = 0; draw < 5000; draw += 1) {
    expect(generateRunName()).toMatch(/^(?=.{5,20}$)[a-z]+-[a-z]+-\d{1,3}$/);
  }
  expect(generateRunName(max => max - 1).length).toBeLessThanOrEqual(20);
});

it('differs from run to run', () => {
  const names = new Set(Array.from({ length: 200 }, () => generateRunName()));
  expect(names.size).toBeGreaterThan(190);
});

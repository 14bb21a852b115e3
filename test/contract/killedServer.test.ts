import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { BACKENDS, killOnce, VICTIMS } from '../soak/killSoak';

/** The short form of `npm run soak -- kill`: other seeds, so that both together see more. */
const KILLS = { server: 5, wrapper: 2 };
const FIRST_SEED = 10_001;

it.each(VICTIMS.flatMap(victim => BACKENDS.map(backend => ({ victim, backend }))))(
  'killed under load, the $victim leaves $backend with every call that was acknowledged, and none in part',
  async ({ victim, backend }) => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'));
    try {
      let acknowledged = 0;
      let unanswered = 0;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + KILLS[victim]; seed += 1) {
        const result = await killOnce({ backend, victim, seed, folder });
        expect(result.faults).toEqual([]);
        acknowledged += result.acknowledged;
        unanswered += result.unanswered;
      }
      // The load was on.
      expect(acknowledged).toBeGreaterThan(KILLS[victim]);
      expect(unanswered).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

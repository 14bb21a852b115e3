/**
 * The long form of the kill test: prints a row for each backend and process, and what was lost.
 *
 *   npm run soak -- kill [--rounds N] [--from SEED] [--minutes N] [--backend files|sqlite] [--victim server|wrapper]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKENDS, killOnce, VICTIMS, type KillOptions } from './killSoak';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    backend: { type: 'string' },
    victim: { type: 'string' },
    // Of the other soaks, when all are run with the same options.
    count: { type: 'string' },
    seed: { type: 'string' },
  },
});

/** The wrapper serves by the same code, so it takes fewer. */
const ROUNDS = { server: 200, wrapper: 40 };
const endMs = Date.now() + Number(values.minutes) * 60_000;

async function soak(kind: Pick<KillOptions, 'backend' | 'victim'>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-kill-'));
  const first = Number(values.from);
  const rounds = Number(values.rounds ?? ROUNDS[kind.victim]);
  const sum = { kills: 0, acknowledged: 0, unanswered: 0, faults: 0 };
  for (let seed = first; seed < first + rounds && Date.now() < endMs; seed += 1) {
    const result = await killOnce({ ...kind, seed, folder });
    sum.kills += 1;
    sum.acknowledged += result.acknowledged;
    sum.unanswered += result.unanswered;
    sum.faults += result.faults.length;
    result.faults.forEach(fault => console.log(`${kind.victim} on ${kind.backend}: ${fault}`));
    if (sum.kills % 20 === 0) {
      console.log(
        `  … ${kind.victim} on ${kind.backend}: ${sum.kills} kills, next seed ${seed + 1}`,
      );
    }
  }
  console.log(
    `${kind.victim.padEnd(8)} ${kind.backend.padEnd(8)} ${sum.kills} kills, ${sum.acknowledged} calls acknowledged, ${sum.unanswered} cut off, ${sum.faults} faults`,
  );
  if (sum.faults === 0) {
    await rm(folder, { recursive: true, force: true });
  } else {
    console.log(`  the store is kept in ${folder}`);
  }
  return sum.faults;
}

let faults = 0;
for (const victim of VICTIMS.filter(each => each === (values.victim ?? each))) {
  for (const backend of BACKENDS.filter(each => each === (values.backend ?? each))) {
    faults += await soak({ backend, victim });
  }
}
process.exitCode = faults > 0 ? 1 : 0;

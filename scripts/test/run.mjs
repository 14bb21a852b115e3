/** The part of `npm test` that runs under the project's Node: builds, runs the tiers, counts. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectNode, root } from '../lib/paths.mjs';
import { runVisibly } from '../lib/progress.mjs';
import { tiers } from './tiers.mjs';

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { tier: { type: 'string', multiple: true, default: [] } },
});

/** @typedef {{ name: string, what: string, passed: number, failed: number, skipped: number, seconds: number }} Row */

/** @param {(typeof tiers)[number]} tier @returns {Promise<Row>} */
async function runTier({ name, what, run }) {
  console.log(`\n── ${name}: ${what}`);
  const started = Date.now();
  const counts = await run(filters);
  // A tier without tests looks like a passed one and is none; with a filter it only has nothing to do.
  if (counts.passed + counts.failed === 0 && filters.length === 0) counts.failed++;
  return { name, what, ...counts, seconds: Math.round((Date.now() - started) / 1000) };
}

/** @param {Row[]} rows */
function report(rows) {
  console.log('');
  for (const { name, passed, failed, skipped, seconds } of rows) {
    const left = skipped > 0 ? `, ${skipped} skipped` : '';
    console.log(`${name.padEnd(12)} ${passed} passed, ${failed} failed${left} (${seconds} s)`);
  }
  const passed = rows.reduce((sum, row) => sum + row.passed, 0);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

async function main() {
  const unknown = values.tier.filter(name => !tiers.some(tier => tier.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no tier ${unknown}; there are ${tiers.map(tier => tier.name).join(', ')}.`,
    );
    process.exitCode = 1;
    return;
  }
  const chosen = tiers.filter(({ name, long }) =>
    values.tier.length === 0 ? long === undefined : values.tier.includes(name),
  );
  if ((await runVisibly(projectNode, [path.join(root, 'scripts/build.mjs')])) !== 0) {
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
    return;
  }
  const rows = [];
  for (const tier of chosen) rows.push(await runTier(tier));
  report(rows);
}

await main();

import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { runChecks } from '../check/checks.mjs';
import { runWithLimit } from './runWithLimit.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const results = path.join(root, 'test-results');
const minute = 60_000;

/**
 * Every tier in the order in which it runs, the quick ones first. `run` takes the parts of file names to keep. A long one
 * runs only when it is asked for by its name, and needs the set-up for that purpose.
 * @type {{ name: string, what: string, long?: 'clients', run: (filters: string[]) => Promise<Counts> }[]}
 */
export const tiers = [
  { name: 'check', what: 'format, lint, types, boundaries', run: check },
  vitestTier('unit', 'pure code', 5 * minute),
  vitestTier('launch', 'the wrapper on real scripts and repositories', 10 * minute),
  vitestTier('contract', 'one suite on every store', 15 * minute),
  vitestTier('clients', 'MLflow 2 and 3 from PyPI', 20 * minute),
  {
    ...vitestTier('every-client', 'every MLflow from 1.30 on, over every store', 40 * minute),
    long: 'clients',
  },
  vitestTier('webview', 'panels in Chromium', 6 * minute),
  { name: 'vscode', what: 'mocha suite inside VS Code', run: vscodeSuite },
  vitestTier('ui', 'VS Code driven as by a person', 10 * minute),
];

/** @param {string[]} filters */
async function check(filters) {
  if (filters.length > 0) return { passed: 0, failed: 0, skipped: 0 };
  return { ...(await runChecks()), skipped: 0 };
}

/** @param {string} name @param {string} what @param {number} limitMs */
function vitestTier(name, what, limitMs) {
  return {
    name,
    what,
    /** @param {string[]} filters */
    run: async filters => {
      const report = await freshReport(name);
      const code = await runWithLimit(
        projectNode,
        [
          path.join(root, 'node_modules/vitest/vitest.mjs'),
          ...['run', '--project', name, '--passWithNoTests', ...filters],
          ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ],
        limitMs,
      );
      return await vitestCounts(report, code);
    },
  };
}

/** @param {string} report @param {number} code the runner's exit code */
async function vitestCounts(report, code) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (existsSync(report)) {
    const { testResults } = JSON.parse(await readFile(report, 'utf8'));
    for (const file of testResults) {
      // A file that could not be loaded has no tests, and has failed all the same.
      if (file.status === 'failed' && file.assertionResults.length === 0) counts.failed++;
      for (const { status } of file.assertionResults) {
        if (status === 'passed') counts.passed++;
        else if (status === 'failed') counts.failed++;
        else counts.skipped++;
      }
    }
  }
  // A broken hook, an error outside a test, a runner that was ended: never let it pass for green.
  if (code !== 0 && counts.failed === 0) counts.failed++;
  return counts;
}

/** @param {string[]} filters */
async function vscodeSuite(filters) {
  const report = await freshReport('vscode');
  const code = await runWithLimit(
    projectNode,
    [
      ...['--import', path.join(root, 'scripts/lib/resolveTs.mjs')],
      path.join(root, 'test/vscode/runSuite.ts'),
      ...['--json', report],
      ...filters.slice(0, 1),
    ],
    10 * minute,
  );
  /** @type {{ state: keyof Counts }[]} */
  const tests = existsSync(report) ? JSON.parse(await readFile(report, 'utf8')) : [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { state } of tests) counts[state]++;
  if (code !== 0 && counts.failed === 0 && (tests.length > 0 || filters.length === 0))
    counts.failed++;
  return counts;
}

/** @param {string} tier @returns {Promise<string>} a file that does not exist yet, in a folder that does */
async function freshReport(tier) {
  await mkdir(results, { recursive: true });
  const file = path.join(results, `${tier}.json`);
  await rm(file, { force: true });
  return file;
}

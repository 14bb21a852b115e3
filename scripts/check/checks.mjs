import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { manifestProblems } from './manifest.mjs';
import { sourceProblems } from './sources.mjs';

const packages = path.join(root, 'node_modules');

/**
 * Every check: a program of node_modules that fails with a code, or a function that returns its complaints.
 * @type {{ name: string, program?: string[], complaints?: () => string[] }[]}
 */
const checks = [
  { name: 'manifest', complaints: manifestProblems },
  { name: 'sources', complaints: sourceProblems },
  {
    name: 'boundaries',
    program: ['dependency-cruiser/bin/dependency-cruiser.mjs', 'src', 'webview', '-T', 'err-long'],
  },
  { name: 'dead code', program: ['knip/bin/knip.js', '--no-config-hints'] },
  { name: 'types', program: ['typescript/bin/tsc', '-p', '.'] },
  { name: 'types of webview', program: ['typescript/bin/tsc', '-p', 'webview'] },
  { name: 'types of webview tests', program: ['typescript/bin/tsc', '-p', 'test/webview'] },
  { name: 'types of scripts', program: ['typescript/bin/tsc', '-p', 'scripts'] },
  {
    name: 'format',
    program: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'lint',
    // Without its cache: what it says of a file depends on the types in others.
    program: ['eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  },
];

/** @returns {Promise<{ passed: number, failed: number }>} after printing one line per check and what failed */
export async function runChecks() {
  let failed = 0;
  for (const { name, program, complaints } of checks) {
    const problems = program ? runProgram(program) : (complaints?.() ?? []).join('\n');
    console.log(` ${problems === '' ? '✓' : '✗'} ${name}`);
    if (problems === '') continue;
    console.log(problems.replace(/^/gm, '   '));
    failed++;
  }
  return { passed: checks.length - failed, failed };
}

/** @param {string[]} program a file in node_modules and its arguments @returns {string} '' when all is well */
function runProgram([file = '', ...args]) {
  const { status, stdout, stderr } = spawnSync(projectNode, [path.join(packages, file), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  if (status === 0) return '';
  return `${stdout}${stderr}`.trim() || `ended with code ${status}`;
}

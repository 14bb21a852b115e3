import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const older = path.join(root, '.test-env');

/** The set-up is what a newcomer's own Node runs, before the project has one. */
it('loads the set-up on the oldest Node that may start it', () => {
  const [folder = ''] = readdirSync(older).filter(name => name.startsWith('node-20.'));
  const node = path.join(older, folder, 'node_modules/node/bin/node');
  expect(existsSync(node)).toBe(true);
  const setUp = pathToFileURL(path.join(root, 'scripts/setUp.mjs')).href;
  const code = `import(${JSON.stringify(setUp)}).then(() => console.log(process.version))`;
  expect(execFileSync(node, ['-e', code], { encoding: 'utf8' })).toMatch(/^v20\./);
});

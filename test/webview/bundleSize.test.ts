import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';

it('keeps each bundle of a panel within its budget', async () => {
  const folder = path.resolve(import.meta.dirname, '../../dist/webview');
  const scripts = (await readdir(folder)).filter(name => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  for (const script of scripts) {
    expect((await readFile(path.join(folder, script))).length).toBeLessThanOrEqual(350_000);
  }
});

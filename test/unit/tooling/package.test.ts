import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');

let folder: string;
let files: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tracker-package-'));
  await run(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  const vsix = path.join(folder, 'tracker.vsix');
  const script = path.join(root, 'scripts/package.mjs');
  await run(process.execPath, [script, '--no-build', '--out', vsix]);
  // A .vsix is a zip; every Python has a program for it, and not every machine has unzip.
  await run('python3', ['-m', 'zipfile', '-e', vsix, path.join(folder, 'content')]);
  files = await extensionFiles();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function extensionFiles(): Promise<string[]> {
  const content = path.join(folder, 'content/extension');
  const entries = await readdir(content, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.relative(content, path.join(entry.parentPath, entry.name)));
}

it('holds what runs', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'package.nls.json',
      'readme.md',
      'LICENSE.txt',
      'dist/extension.js',
      'dist/cli.js',
      'dist/cli/main.mjs',
      'dist/webview/metricHistories.js',
      'dist/webview/metricHistories.css',
      'dist/webview/runDiff.js',
      'dist/webview/codicons/codicon.ttf',
      'media/experiments.svg',
      'media/icon.png',
      'media/icon.svg',
    ]),
  );
});

it('holds nothing else', () => {
  const allowed =
    /^(package(\.nls)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/(extension|cli)\.js|dist\/cli\/[\w-]+\.mjs|dist\/node_modules\/@lydell\/[\w./-]+|dist\/python\/\w+\.py|dist\/webview\/\w+\.(js|css)|dist\/webview\/codicons\/codicon\.(css|ttf)|media\/[\w-]+\.svg|media\/icon\.png)$/;
  expect(files.filter(file => !allowed.test(file))).toEqual([]);
});

it('holds no path of the machine that built it', async () => {
  for (const file of files) {
    const text = await readFile(path.join(folder, 'content/extension', file), 'latin1');
    expect(text.includes(`${root}/`), `${file} names ${root}`).toBe(false);
    expect(text.includes(`${homedir()}/`), `${file} names ${homedir()}`).toBe(false);
  }
});

it('names every file that the manifest needs', async () => {
  const { exports: ofTheLibrary, ...extension } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  expect(ofTheLibrary).toBeDefined();
  const named = [...JSON.stringify(extension).matchAll(/"(?:\.\/)?((?:media|dist)\/[^"]+)"/g)].map(
    match => match[1],
  );
  expect(named.length).toBeGreaterThan(2);
  for (const file of named) expect(files).toContain(file);
});

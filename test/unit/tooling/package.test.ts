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
      'dist/python/kernel/mlflow_tracker_kernel.py',
      'dist/python/kernel/mlflow_tracker_kernel-1.dist-info/entry_points.txt',
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
    /^(package(\.nls)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/(extension|cli)\.js|dist\/cli\/[\w-]+\.mjs|dist\/node_modules\/@lydell\/[\w./-]+(?<!\.pdb)|dist\/python\/(kernel\/)?\w+\.py|dist\/python\/kernel\/mlflow_tracker_kernel-1\.dist-info\/(METADATA|entry_points\.txt)|dist\/webview\/\w+\.(js|css)|dist\/webview\/codicons\/codicon\.(css|ttf)|media\/[\w-]+\.svg|media\/icon\.png)$/;
  expect(files.filter(file => !allowed.test(file))).toEqual([]);
});

/** The first bytes of a program's format, and where it says for which processor it is. */
const FORMATS: Readonly<Record<string, { magic: string; at: (head: Buffer) => number }>> = {
  linux: { magic: '7f454c46', at: head => head.readUInt16LE(18) },
  darwin: { magic: 'cffaedfe', at: head => head.readUInt32LE(4) },
  win32: { magic: '4d5a', at: head => head.readUInt16LE(head.readUInt32LE(0x3c) + 4) },
};

it.each([
  ['linux', 'x64', 'pty.node', 0x3e],
  ['linux', 'arm64', 'pty.node', 0xb7],
  ['darwin', 'x64', 'pty.node', 0x01000007],
  ['darwin', 'arm64', 'pty.node', 0x0100000c],
  ['win32', 'x64', 'conpty.node', 0x8664],
  ['win32', 'arm64', 'conpty.node', 0xaa64],
])(
  'holds the pseudo-terminal of %s on %s, and takes it there',
  async (platform, arch, name, cpu) => {
    const terminal = path.join(folder, 'content/extension/dist/node_modules/@lydell/node-pty');
    // Stands for a machine that is not here: its name, and a loader that says what it would load.
    const elsewhere = `
    Object.defineProperty(process, 'platform', { value: '${platform}' });
    Object.defineProperty(process, 'arch', { value: '${arch}' });
    require.extensions['.node'] = (module, file) => (module.exports = file);
    console.log(require(process.argv[1]).requireBinary('${name}'));`;
    const loader = path.join(terminal, 'requireBinary.js');
    const { stdout } = await run(process.execPath, ['-e', elsewhere, loader]);
    const part = `${terminal}-${platform}-${arch}`;
    expect(stdout.trim()).toBe(path.join(part, name));
    const head = (await readFile(path.join(part, name))).subarray(0, 4096);
    const format = FORMATS[platform];
    expect(head.toString('hex').startsWith(format?.magic ?? 'none')).toBe(true);
    expect(format?.at(head)).toBe(cpu);
  },
);

it('has a pseudo-terminal that works, and may be started by its helper on macOS', async () => {
  const terminal = path.join(folder, 'content/extension/dist/node_modules/@lydell/node-pty');
  const script = `
    const pty = require(process.argv[1]).spawn('tty', [], {});
    pty.onData(text => process.stdout.write(text));`;
  expect((await run(process.execPath, ['-e', script, terminal])).stdout).toMatch(
    /^\/dev\/pts\/\d+/,
  );
  const modes = `
import sys, zipfile
for entry in zipfile.ZipFile(sys.argv[1]).infolist():
    if entry.filename.endswith("/spawn-helper"):
        print(oct(entry.external_attr >> 16))`;
  const { stdout } = await run('python3', ['-c', modes, path.join(folder, 'tracker.vsix')]);
  expect(stdout).toBe('0o100755\n0o100755\n');
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

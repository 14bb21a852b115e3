import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tracker-boundaries-')));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json']) {
    await cp(path.join(root, file), path.join(folder, file));
  }
  await write('src/empty.ts', 'export {};');
  await write('webview/empty.ts', 'export {};');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Every row is an import that must not be, the rule that catches it and a part of the way out that it names. */
const forbidden = [
  ['src/base/a.ts', '../tracking/b', 'base-imports', 'pass what it needs as an argument'],
  ['src/protocol/a.ts', '../tracking/b', 'protocol-imports', 'convert to them in src/host/panels'],
  ['src/tracking/a.ts', '../wire/b', 'tracking-imports', 'implement it outside'],
  ['src/wire/a.ts', '../http/b', 'wire-imports', 'do the work in its caller'],
  ['src/http/a.ts', '../tracking/b', 'http-imports', 'interpret answers in its caller'],
  ['src/stores/file/a.ts', '../../server/b', 'stores-imports', 'given what it needs by'],
  ['src/artifacts/local/a.ts', '../../stores/b', 'artifacts-imports', 'given what it needs by'],
  ['src/server/a.ts', '../stores/file/b', 'server-imports', 'let src/cli hand the store in'],
  ['src/launch/a.ts', '../server/b', 'launch-imports', 'let src/cli hand'],
  ['src/client/a.ts', '../server/b', 'client-imports', 'it serves nothing'],
  ['src/cli/a.ts', '../host/b', 'cli-imports', 'the command runs without VS Code'],
  ['src/host/a.ts', '../stores/sql/b', 'host-imports', 'let the server process do it'],
  ['src/host/a.ts', '../cli/b', 'host-imports', 'let the server process do it'],
  ['src/extension.ts', './stores/file/b', 'entries-are-hosts', 'let the server process work'],
  ['webview/runDiff/a.ts', '../../src/tracking/b', 'webview-imports', 'add it to src/protocol'],
  [
    'webview/runDiff/a.ts',
    '../metricHistories/b',
    'webview-siblings',
    'move what two of them need',
  ],
  ['src/stores/file/a.ts', '../sql/b', 'stores-siblings', 'move what two of them need'],
  ['src/base/a.ts', './folder/index', 'no-barrels', 'import from the file that has it'],
] as const;

describe('The layers', { timeout: 60_000 }, () => {
  it.each(forbidden)('refuse %s importing %s', async (from, specifier, rule, wayOut) => {
    await write(path.join(path.dirname(from), `${specifier}.ts`), 'export const b = 1;');
    await write(from, `import { b } from '${specifier}';\nexport const a = b;`);
    const { code, output } = await cruise();
    expect(code).not.toBe(0);
    expect(output).toContain(`error ${rule}: ${from}`);
    expect(output.replace(/\s+/g, ' ')).toContain(wayOut);
  });

  it.each(['src/server/a.ts', 'src/tracking/a.ts', 'src/base/a.ts', 'webview/runDiff/a.ts'])(
    'refuse vscode in %s, also as a type',
    async from => {
      await write(from, `import type { Uri } from 'vscode';\nexport type A = Uri;`);
      const { code, output } = await cruise();
      expect(code).not.toBe(0);
      expect(output).toContain(`error vscode-in-host-only: ${from}`);
    },
  );

  it('refuse two files that import each other', async () => {
    await write('src/base/a.ts', `import { b } from './b';\nexport const a = () => b;`);
    await write('src/base/b.ts', `import { a } from './a';\nexport const b = () => a;`);
    const { code, output } = await cruise();
    expect(code).not.toBe(0);
    expect(output).toContain('error no-cycles');
  });

  it('allow what the table allows', async () => {
    await write('src/base/b.ts', 'export const b = 1;');
    await write('src/tracking/c.ts', `export { b as c } from '../base/b';`);
    await write('src/host/a.ts', `import { Uri } from 'vscode';\nexport const a = Uri;`);
    await write('src/stores/file/a.ts', `export { c as a } from '../../tracking/c';`);
    await write('webview/shared/d.ts', 'export const d = 1;');
    await write('webview/runDiff/a.ts', `export { d as a } from '../shared/d';`);
    const { code, output } = await cruise();
    expect(output).toContain('no dependency violations');
    expect(code).toBe(0);
  });
});

async function write(file: string, text: string): Promise<void> {
  const target = path.join(folder, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, `${text}\n`);
}

async function cruise(): Promise<{ code: number; output: string }> {
  const command = [program, 'src', 'webview', '-T', 'err-long'];
  try {
    const { stdout, stderr } = await run(process.execPath, command, { cwd: folder });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

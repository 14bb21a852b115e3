import { globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { Stamp } from '../setUp/stamp.mjs';

const folder = path.join(root, 'dist/client');
/** Where the types come from that the client library shows. */
const sources = 'src/{client,tracking,base,wire,http,artifacts}/**/*.ts';

/**
 * Writes what the client library exports, with every type that it refers to, into one declaration file for each of its two
 * forms; only when a source has changed, for it takes seconds. `test/clients/typescript/package.test.ts` compiles against it.
 */
export async function writeClientTypes() {
  const inputs = globSync(sources, { cwd: root }).sort();
  const texts = inputs.map(file => readFileSync(path.join(root, file), 'utf8'));
  const stamp = new Stamp(path.join(folder, '.types'), texts);
  if (stamp.isFresh()) return;
  // Loaded only here: it brings the whole compiler.
  const { generateDtsBundle } = await import('dts-bundle-generator');
  const [types = ''] = generateDtsBundle(
    [{ filePath: path.join(root, 'src/client/fluent.ts'), output: { noBanner: true } }],
    { preferredConfigPath: path.join(root, 'tsconfig.json') },
  );
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'index.d.mts'), types);
  await writeFile(path.join(folder, 'index.d.cts'), types);
  stamp.write();
}

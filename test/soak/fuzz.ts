/**
 * The long form of the fuzz test, against the built server as its own process: prints a row for each kind of store.
 *
 *   npm run soak -- fuzz [--count N] [--seed SEED]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { fuzzServer as FuzzServer } from './fuzz/fuzzServer';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    // Of the other soaks, when all are run with the same options.
    rounds: { type: 'string' },
    from: { type: 'string' },
    minutes: { type: 'string' },
  },
});

const repository = join(import.meta.dirname, '../..');
const count = Number(values.count);
const seed = Number(values.seed);

/** The requests are made from the endpoints in `src`, which Node alone cannot read: they are bundled first. */
async function loadFuzzServer(folder: string): Promise<typeof FuzzServer> {
  const outfile = join(folder, 'fuzzServer.mjs');
  const entryPoints = [join(import.meta.dirname, 'fuzz/fuzzServer.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' });
  const module = (await import(pathToFileURL(outfile).href)) as { fuzzServer: typeof FuzzServer };
  return module.fuzzServer;
}

async function soak(uri: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-fuzz-'));
  const fuzzServer = await loadFuzzServer(folder);
  const child = spawn(
    process.execPath,
    [join(repository, 'dist/cli.js'), 'server', '--tracking-uri', uri, '--port', '0'],
    { cwd: folder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const words = text(child.stderr);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const url = line.replace('listening on ', '');
  const { statuses, faults } = await fuzzServer({
    url,
    artifactRoot: join(folder, 'mlartifacts'),
    seed,
    count,
  });
  const all = [...faults, ...(child.exitCode === null ? [] : ['the server ended'])];
  child.kill('SIGTERM');
  await exited;
  // A bug is written there with its stack.
  all.push(...(await words).split('\n').filter(each => each.startsWith('error:')));
  const answered = Object.entries(statuses).map(([status, times]) => `${status}: ${times}`);
  all.slice(0, 20).forEach(fault => console.log(fault));
  console.log(
    `${uri.padEnd(22)} ${count} requests from seed ${seed}, ${all.length} faults; answers ${answered.join(', ')}`,
  );
  await rm(folder, { recursive: true, force: true });
  return all.length;
}

let faults = 0;
for (const uri of ['mlruns', 'sqlite:///mlflow.db']) {
  faults += await soak(uri);
}
process.exitCode = faults > 0 ? 1 : 0;

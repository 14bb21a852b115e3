/**
 * `npm run soak [-- NAME [OPTION]...]`: the long forms of tests whose short forms are in `npm test`. Without a name all of them,
 * one after another; each tells its options with --help. The exit code is 1 when one has found a fault.
 */
import path from 'node:path';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';

/** @type {Record<string, { what: string, program: string }>} */
const soaks = {
  kill: {
    what: 'SIGKILL to the server and the wrapper under load: nothing acknowledged is lost, nothing is half there',
    program: 'test/soak/kill.ts',
  },
  fuzz: {
    what: '20,000 malformed requests to the server: none crashes it, is answered by 5xx, or leaves the artifact root',
    program: 'test/soak/fuzz.ts',
  },
};

const [first, ...rest] = process.argv.slice(2);
const isNamed = first !== undefined && !first.startsWith('-');
const chosen = Object.entries(soaks).filter(([name]) => !isNamed || name === first);
if (chosen.length === 0) {
  console.error(`There is no soak ${first}; there are ${Object.keys(soaks).join(', ')}.`);
  process.exitCode = 2;
} else if ((await runVisibly(projectNode, [path.join(root, 'scripts/build.mjs')])) !== 0) {
  process.exitCode = 1;
} else {
  for (const [name, { what, program }] of chosen) {
    console.log(`\n── ${name}: ${what}`);
    const code = await runVisibly(
      projectNode,
      [
        ...['--import', path.join(root, 'scripts/lib/resolveTs.mjs')],
        ...[path.join(root, program), ...(isNamed ? rest : process.argv.slice(2))],
      ],
      { cwd: root },
    );
    if (code !== 0) process.exitCode = 1;
  }
}

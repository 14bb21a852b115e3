import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { cleanEnvironment } from './environment.mjs';
import { Stamp } from './stamp.mjs';

const PART = /^node_modules\/(@lydell\/node-pty-.+)$/;
const target = path.join(root, '.test-env/terminal-parts');

/** Where the native parts of the pseudo-terminal lie, one folder a platform. */
export const terminalPartsFolder = path.join(target, 'node_modules/@lydell');

/** What package-lock.json pins of them; npm itself installs the one of this platform only. */
function pinned() {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([place, { version, integrity }]) => {
    const name = PART.exec(place)?.[1];
    return name === undefined ? [] : [{ place, name, version, integrity }];
  });
}

const stamp = () => new Stamp(path.join(target, '.set-up'), [JSON.stringify(pinned())]);

/** For a .vsix that runs on every platform. */
export const terminalParts = {
  title: 'pseudo-terminal for all platforms',

  isDone() {
    return stamp().isFresh() && existsSync(terminalPartsFolder);
  },

  async run() {
    const parts = pinned();
    const dependencies = Object.fromEntries(parts.map(({ name, version }) => [name, version]));
    const packages = parts.map(({ place, version, integrity }) => [place, { version, integrity }]);
    const lock = {
      lockfileVersion: 3,
      requires: true,
      packages: { '': { dependencies }, ...Object.fromEntries(packages) },
    };
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    await writeFile(path.join(target, 'package.json'), JSON.stringify({ dependencies }));
    await writeFile(path.join(target, 'package-lock.json'), JSON.stringify(lock));
    // Forced, for they are not for this platform.
    await runQuietly('npm', ['ci', '--force', '--ignore-scripts', '--loglevel=error'], {
      cwd: target,
      env: cleanEnvironment(),
    });
    stamp().write();
  },
};

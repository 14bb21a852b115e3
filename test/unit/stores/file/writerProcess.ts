import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { onTestFinished } from 'vitest';
import { tempFolder } from './testStore';

/** Starts one of the programs in `writers.ts` as a process of its own, ended with the test. */
export function startWriter(...args: readonly string[]): ChildProcess {
  const program = join(tempFolder(), 'writers.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'writers.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The exit code, or the signal that ended the process. */
export function ended(child: ChildProcess): Promise<number | string | null> {
  return new Promise(resolve => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
}

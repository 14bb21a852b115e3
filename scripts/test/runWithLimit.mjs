import { spawn } from 'node:child_process';

/**
 * Runs a command on this terminal and ends it, with everything that it started, after a time.
 * @param {string} command
 * @param {string[]} args
 * @param {number} limitMs
 * @returns {Promise<number>} its exit code; 1 when it was ended
 */
export function runWithLimit(command, args, limitMs) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that ending it reaches browsers and servers below it.
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const limit = setTimeout(() => {
      console.error(`Ended after ${limitMs / 60_000} minutes: ${args.join(' ')}`);
      stop();
    }, limitMs);
    process.once('SIGINT', stop);
    child.once('error', reject);
    child.once('close', code => {
      clearTimeout(limit);
      process.off('SIGINT', stop);
      resolve(code ?? 1);
    });
  });
}

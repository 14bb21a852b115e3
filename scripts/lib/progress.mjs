import { spawn } from 'node:child_process';

/** @param {string} text one line of progress */
export function say(text) {
  console.log(text);
}

/**
 * Runs a command without showing its output, but a sign of life every quarter of a minute.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} what it wrote to stdout
 * @throws {Error} with the end of its output when it ends with another code than 0
 */
export async function runQuietly(command, args, { cwd, env = process.env } = {}) {
  const started = Date.now();
  const alive = setInterval(
    () => say(`         … ${Math.round((Date.now() - started) / 1000)} s`),
    15_000,
  );
  let stdout = '';
  let output = '';
  try {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', chunk => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on('data', chunk => (output += chunk));
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code === 0) return stdout;
    const end = output.trimEnd().split('\n').slice(-25).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${end}`);
  } finally {
    clearInterval(alive);
  }
}

/**
 * Runs a command on this terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 1 when a signal ended it
 */
export function runVisibly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', code => resolve(code ?? 1));
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { commandLineProgram, type ServerProcess } from '../clients/commandLineServer';

/** Tells where it may log, and lives until the wrapper is gone. */
const SCRIPT = `
  const { MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token } = process.env;
  console.log(JSON.stringify({ url, token }));
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(), 50);
`;

/** `mlflow-tracker run` around a script whose log-in others use. */
export async function startWrapper(options: {
  readonly trackingUri: string;
  readonly workingDir: string;
}): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [
      commandLineProgram,
      ...['run', '--tracking-uri', options.trackingUri],
      ...['--', process.execPath, '-e', SCRIPT],
    ],
    {
      cwd: options.workingDir,
      env: { PATH: process.env['PATH'], HOME: options.workingDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the wrapper ended with ${String(code)}`))),
  ]);
  const { url, token } = JSON.parse(String(line[0])) as { url: string; token: string };
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  return { url, token, close: end('SIGTERM'), kill: end('SIGKILL') };
}

import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HIDDEN, hideCredentials } from '../../base/urlSecrets';
import { isSecretName } from '../capture/secretNames';
import { findExecutable } from '../process/findExecutable';
import { readGpus } from '../system/gpuReadings';
import { pythonPackages } from './pythonPackages';

export interface EnvironmentRequest {
  readonly command: string;
  readonly workingDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Names of environment variables to record; `*` at the end stands for any rest. */
  readonly variables: readonly string[];
}

/** ms. An interpreter on a slow disk may take long, and nobody waits for this. */
const PATIENCE_MS = 20_000;

/**
 * Where a script ran, as JSON text: interpreter and version, installed Python packages, system, host, processor, memory,
 * graphics cards, and the environment variables that were asked for, secrets hidden.
 */
export async function environmentRecord(request: EnvironmentRequest): Promise<string> {
  const { command, workingDir, env } = request;
  const [executable, version, packages, gpus] = await Promise.all([
    findExecutable(command, workingDir, env).catch(() => undefined),
    versionOf(request),
    pythonPackages(command, workingDir, env),
    readGpus(env),
  ]);
  const [cpu] = cpus();
  const record = {
    interpreter: { command, executable, version },
    packages:
      packages.length === 0 ? undefined : packages.map(({ name, version: at }) => `${name}==${at}`),
    system: { type: type(), release: release(), architecture: arch() },
    host: hostname(),
    cpu: { model: cpu?.model.trim(), cores: cpus().length },
    memoryMegabytes: Math.round(totalmem() / 1_000_000),
    gpus: gpus?.map(({ name, memoryTotalBytes }) => ({
      name,
      memoryMegabytes: Math.round(memoryTotalBytes / 1_000_000),
    })),
    variables: variablesOf(request),
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The first line of what the interpreter says of itself. Only those that are known to say it and end. */
async function versionOf({
  command,
  workingDir,
  env,
}: EnvironmentRequest): Promise<string | undefined> {
  const name = command.replace(/^.*[\\/]/, '').replace(/\.exe$/i, '');
  if (!/^(python[\d.]*|node|deno|bun|Rscript|R|julia|bash|ruby|perl|java)$/.test(name)) {
    return undefined;
  }
  try {
    const { stdout, stderr } = await promisify(execFile)(command, ['--version'], {
      cwd: workingDir,
      env,
      timeout: PATIENCE_MS,
      windowsHide: true,
    });
    return (stdout || stderr).split('\n', 1)[0]?.trim();
  } catch {
    return undefined;
  }
}

function variablesOf({ env, variables }: EnvironmentRequest): Record<string, string> | undefined {
  const isAsked = (name: string): boolean =>
    variables.some(asked =>
      asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked,
    );
  const found = Object.entries(env)
    .filter(([name, value]) => value !== undefined && isAsked(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value = '']) => [name, isSecretName(name) ? HIDDEN : hideCredentials(value)]);
  return found.length === 0 ? undefined : (Object.fromEntries(found) as Record<string, string>);
}

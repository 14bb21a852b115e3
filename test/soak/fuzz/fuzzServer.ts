import { connect } from 'node:net';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../contract/seededRandom';
import {
  HOST,
  malformedRequest,
  type FuzzSubjects,
  type MalformedRequest,
} from './malformedRequest';

export interface FuzzOptions {
  /** Of a server without a token, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Where `mlflow-artifacts:` lies; canaries are put beside it. */
  readonly artifactRoot: string;
  readonly seed: number;
  /** How many requests. */
  readonly count: number;
}

export interface FuzzResult {
  /** How often each status was answered; 0: closed without an answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Sentences; empty when the server stood it. */
  readonly faults: readonly string[];
}

const CONNECTIONS = 8;
/** ms */
const MORE_TO_COME = 300;
const PATIENCE = 20_000;
const SECRET = 'canary-5f1d9c';

/**
 * Sends malformed requests over sockets, the same ones for the same seed, and looks whether each is answered by less than 500 or
 * by closing, whether anything outside the artifact root was read or written, and whether the server still works after them.
 */
export async function fuzzServer(options: FuzzOptions): Promise<FuzzResult> {
  const { url, artifactRoot, seed, count } = options;
  const outside = join(artifactRoot, '../outside');
  await putCanaries(artifactRoot, outside);
  const subjects = await makeSubjects(url);
  const random = seededRandom(seed);
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  const { host, port } = new URL(url);
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const drawn = malformedRequest(random, subjects).toString('latin1');
      const request = Buffer.from(drawn.replaceAll(HOST, host), 'latin1');
      const answer = await exchange(Number(port), request);
      const found = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(match => Number(match[1]));
      for (const status of found.length > 0 ? found : [0]) {
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      const fault = faultIn(answer, found);
      if (fault !== undefined) {
        faults.push(`${fault}: ${shown(request)} → ${answer.slice(0, 600)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  faults.push(...(await lostCanaries(outside)), ...(await brokenAfter(url)));
  return { statuses, faults };
}

function faultIn(answer: string, statuses: readonly number[]): string | undefined {
  if (answer.includes(SECRET)) {
    return 'read from outside the artifact root';
  }
  if (answer === TIMED_OUT) {
    return 'neither answered nor closed';
  }
  // 501 says that a kind of storage is not supported, in MLflow's words.
  const isUnsupported = answer.includes('"error_code":"NOT_IMPLEMENTED"');
  return statuses.some(status => status >= 500 && !(status === 501 && isUnsupported))
    ? 'answered by a fault of the server'
    : undefined;
}

const TIMED_OUT = 'timed out';

/** @returns all that came back until the connection closed */
function exchange(port: number, request: MalformedRequest): Promise<string> {
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    // Node gives no answer to a side that is closed; what waits for more gets the end then.
    const ending = setTimeout(() => socket.end(), MORE_TO_COME);
    const timer = setTimeout(() => {
      chunks.splice(0, chunks.length, Buffer.from(TIMED_OUT));
      socket.destroy();
    }, PATIENCE);
    socket.on('data', chunk => chunks.push(chunk));
    // A reset while still sending: what came before counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(ending);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

function shown(request: MalformedRequest): string {
  return JSON.stringify(request.subarray(0, 600).toString('latin1'));
}

async function putCanaries(artifactRoot: string, outside: string): Promise<void> {
  await mkdir(artifactRoot, { recursive: true });
  await mkdir(outside, { recursive: true });
  await writeFile(join(outside, 'canary.txt'), SECRET);
  await symlink(outside, join(artifactRoot, 'link')).catch(ignoreExisting);
  await symlink(join(outside, 'canary.txt'), join(artifactRoot, 'link-file')).catch(ignoreExisting);
  await symlink('link-loop', join(artifactRoot, 'link-loop')).catch(ignoreExisting);
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
    throw error;
  }
}

async function lostCanaries(outside: string): Promise<readonly string[]> {
  const names = await readdir(outside);
  const text = await readFile(join(outside, 'canary.txt'), 'utf8').catch(String);
  return names.length === 1 && text === SECRET
    ? []
    : [`something was written outside the artifact root: ${names.join(', ')}: ${text}`];
}

async function makeSubjects(url: string): Promise<FuzzSubjects> {
  const name = `fuzz ${Date.now()}`;
  const { experiment_id } = await ask<{ experiment_id: string }>(url, 'experiments/create', {
    name,
  });
  const { run } = await ask<RunAnswer>(url, 'runs/create', { experiment_id });
  const { model } = await ask<{ model: { info: { model_id: string } } }>(url, 'logged-models', {
    experiment_id,
  });
  return { experiment_id, run_id: run.info.run_id, model_id: model.info.model_id };
}

interface RunAnswer {
  readonly run: {
    readonly info: { readonly run_id: string };
    readonly data: { readonly metrics?: readonly { readonly value: number }[] };
  };
}

/** A new experiment with a run and a metric is written and read. */
async function brokenAfter(url: string): Promise<readonly string[]> {
  try {
    const name = `after ${Date.now()}`;
    const { experiment_id } = await ask<{ experiment_id: string }>(url, 'experiments/create', {
      name,
    });
    const { run } = await ask<RunAnswer>(url, 'runs/create', { experiment_id });
    const point = { key: 'm', value: 0.5, timestamp: 1, step: 1 };
    await ask(url, 'runs/log-metric', { run_id: run.info.run_id, ...point });
    const found = await ask<{ runs: readonly RunAnswer['run'][] }>(url, 'runs/search', {
      experiment_ids: [experiment_id],
    });
    return found.runs[0]?.data.metrics?.[0]?.value === 0.5
      ? []
      : ['what was logged afterwards is not found'];
  } catch (error) {
    return [`the server does not work afterwards: ${String(error)}`];
  }
}

async function ask<T>(url: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== 200) {
    throw new Error(`${path} → ${answer.status} ${text}`);
  }
  return JSON.parse(text) as T;
}

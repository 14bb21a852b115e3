import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metric, RunId } from '../../../src/tracking/entities';
import type { TrackingServer } from './trackingServer';

const START_MS = Date.UTC(2026, 10, 20, 9, 0, 0);

/** Deterministic noise in [-0.5, 0.5). */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

export interface SampleRunOptions {
  readonly name: string;
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
  readonly running?: boolean;
  readonly failed?: boolean;
  readonly commit?: string;
  /** Further params, to have runs that do not differ in all. */
  readonly params?: Readonly<Record<string, string>>;
}

/** Logs a training run as a script does, through the server. */
export async function logSampleRun(
  server: TrackingServer,
  experimentId: string,
  options: SampleRunOptions,
): Promise<RunId> {
  const { client } = server;
  const { name, learningRate, steps, seed } = options;
  const run = await client.createRun({
    experimentId,
    runName: name,
    userId: 'ada',
    startTimeMs: START_MS + seed * 60_000,
    tags: [
      { key: 'mlflow.source.name', value: 'train_softmax.py' },
      { key: 'mlflow.source.type', value: 'LOCAL' },
      {
        key: 'mlflow.source.git.commit',
        value: options.commit ?? 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678',
      },
      { key: 'mlflow.source.git.branch', value: 'main' },
      { key: 'team', value: seed % 2 === 0 ? 'vision' : 'text' },
    ],
  });
  const { runId } = run.info;
  const random = noise(seed);
  const metrics: Metric[] = [];
  for (let step = 0; step < steps; step++) {
    const progress = 1 - Math.exp((-step / steps) * (2 + learningRate * 20));
    const point = (key: string, value: number) =>
      metrics.push({ key, value, step, timestampMs: START_MS + seed * 60_000 + step * 700 });
    point('train/loss', 2.3 * (1 - progress) + 0.08 * random() + 0.3);
    point('train/accuracy', 0.1 + 0.85 * progress + 0.02 * random());
    point('val/loss', 2.35 * (1 - 0.95 * progress) + 0.15 * random() + 0.35);
    point('val/accuracy', 0.1 + 0.8 * progress + 0.05 * random());
    point('learning_rate', learningRate * 0.97 ** step);
    point(
      'grad_norm',
      Math.exp(2 * random()) * (options.failed && step > steps * 0.8 ? Number.NaN : 1),
    );
    if (step % 5 === 0) {
      point('system/cpu_utilization_percentage', 60 + 40 * random());
      point('system/system_memory_usage_megabytes', 4000 + step * 3);
      point('system/disk_usage_megabytes', 26_000 + step);
      point('system/network_receive_megabytes', step / 10);
    }
  }
  for (let at = 0; at < metrics.length; at += 1000) {
    await client.logBatch(runId, { metrics: metrics.slice(at, at + 1000) });
  }
  await client.logBatch(runId, {
    params: [
      { key: 'learning_rate', value: String(learningRate) },
      { key: 'batch_size', value: '32' },
      { key: 'optimizer', value: 'sgd' },
      { key: 'seed', value: String(seed) },
      ...Object.entries(options.params ?? {}).map(([key, value]) => ({ key, value })),
    ],
  });
  if (!options.running) {
    await client.updateRun(runId, {
      status: options.failed ? 'FAILED' : 'FINISHED',
      endTimeMs: START_MS + seed * 60_000 + steps * 700 + 400,
    });
  }
  return runId;
}

export const SPIKE_STEP = 765_432;
export const SPIKE_VALUE = 42;

/** A metric file of a million points as MLflow's file store writes it, with one spike; the whole of it is a noisy sine. */
export async function writeMillionPoints(
  server: TrackingServer,
  experimentId: string,
  runId: RunId,
  metricKey: string,
): Promise<void> {
  const random = noise(7);
  const lines: string[] = [];
  for (let step = 0; step < 1_000_000; step++) {
    const value = step === SPIKE_STEP ? SPIKE_VALUE : Math.sin(step / 60_000) + random();
    lines.push(`${START_MS + step} ${value} ${step}`);
  }
  const file = path.join(server.folder, 'mlruns', experimentId, runId, 'metrics', metricKey);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`);
}

import { expect } from 'vitest';

import type { KeyValue, Metric, Run } from '../../src/tracking/entities';
import { TrackingError, type ErrorCode } from '../../src/tracking/trackingError';
import type { TrackingStore } from '../../src/tracking/trackingStore';

/** MLflow answers each of these with HTTP 400; clients do not repeat the call. */
export const REFUSALS: readonly ErrorCode[] = [
  'INVALID_PARAMETER_VALUE',
  'BAD_REQUEST',
  'RESOURCE_ALREADY_EXISTS',
];

/** Expects a `TrackingError` with one of the codes and a message for a person; returns it. */
export async function expectRefusal(
  call: Promise<unknown>,
  ...codes: readonly ErrorCode[]
): Promise<TrackingError> {
  const error = await call.then(
    value => expect.fail(`resolved with ${JSON.stringify(value)} instead of ${codes.join('|')}`),
    (reason: unknown) => reason,
  );
  if (!TrackingError.is(error)) {
    return expect.fail(`rejected with ${String(error)}, which is no TrackingError`);
  }
  const refusal = error;
  expect(codes, `${refusal.code}: ${refusal.message}`).toContain(refusal.code);
  expect(refusal.message.length).toBeGreaterThan(10);
  return refusal;
}

let names = 0;

/** Names are unique in a process, so that cases can share a backend. */
export function newName(stem: string): string {
  names += 1;
  return `${stem} ${names}`;
}

export function newExperiment(store: TrackingStore, stem = 'experiment'): Promise<string> {
  return store.createExperiment({ name: newName(stem) });
}

/** A run in an experiment of its own. */
export async function newRun(store: TrackingStore): Promise<Run> {
  return store.createRun({
    experimentId: await newExperiment(store),
    startTimeMs: 1_700_000_000_000,
  });
}

export function point(key: string, value: number, more: Partial<Metric> = {}): Metric {
  return { key, value, timestampMs: 1_700_000_000_000, step: 0, ...more };
}

/** Key → value, sorted by key. */
export function asRecord(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => [pair.key, pair.value] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The tags without the run name that every run has. */
export function ownTags(run: Run): Record<string, string> {
  const { ['mlflow.runName']: _name, ...own } = asRecord(run.data.tags);
  return own;
}

/** Only what makes a point, so that one store may add `modelId` and the like. */
export function plainPoint({ key, value, timestampMs, step }: Metric): Metric {
  return { key, value, timestampMs, step };
}

export async function latest(
  store: TrackingStore,
  runId: string,
  key: string,
): Promise<Metric | undefined> {
  const found = (await store.getRun(runId)).data.metrics.find(metric => metric.key === key);
  return found === undefined ? undefined : plainPoint(found);
}

/** Follows page tokens to the end. */
export async function allPages<T>(
  page: (
    pageToken?: string,
  ) => Promise<{ readonly items: readonly T[]; readonly nextPageToken?: string }>,
): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const next = await page(pageToken);
    items.push(...next.items);
    pageToken = next.nextPageToken;
  } while (pageToken !== undefined);
  return items;
}

import type { Int64 } from '../base/int64';
import type { KeyValue, Metric } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';

/** What may be given where MLflow keeps text. */
export type TextValue = string | number | bigint | boolean | null;

/** Texts by key. */
export type Texts = Readonly<Record<string, TextValue>>;

export interface PointOptions {
  /** Default 0, as in MLflow. */
  readonly step?: Int64;
  /** ms since epoch; default: now. */
  readonly timestampMs?: Int64;
}

/** One point of a batch. */
export interface Point extends PointOptions {
  readonly key: string;
  readonly value: number;
}

export function keyValues(texts: Texts = {}): readonly KeyValue[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value: String(value) }));
}

/** Throws INVALID_PARAMETER_VALUE for a value that is no number: scripts in JavaScript come without a type checker. */
export function metricOf({ key, value, step = 0, timestampMs = Date.now() }: Point): Metric {
  if (typeof value !== 'number') {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The value of the metric '${key}' is a ${typeof value}; log a number, or a param or tag instead.`,
    );
  }
  return { key, value, step, timestampMs };
}

/** Pieces of at most `size` items. */
export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
}

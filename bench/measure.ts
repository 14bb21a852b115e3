/** One measured subject: returns the figure of one round, in the row's unit. */
export type Subject = () => Promise<number>;

export interface Row {
  readonly name: string;
  /** Plain words: what is asked of both. */
  readonly what: string;
  readonly unit: 'ms' | 'req/s' | 'points/s' | 'kB';
  readonly ours: Subject;
  readonly peer?: { readonly name: string; readonly run: Subject };
  /** Rounds of each, in alternation. */
  readonly rounds: number;
  /** The aim of design.md §6, in words. */
  readonly goal?: string;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Result {
  readonly row: Row;
  readonly ours: Spread;
  readonly peer?: Spread;
  /** Greater than 1: ours is that many times better. */
  readonly ratio?: number;
  /** The fixed calibration work, ms: how quiet the machine was. */
  readonly noise: Spread;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  const lower = sorted[middle - 1] ?? upper;
  return {
    median: sorted.length % 2 === 1 ? upper : (lower + upper) / 2,
    min: sorted[0] ?? NaN,
    max: sorted.at(-1) ?? NaN,
  };
}

/** A fixed piece of arithmetic, timed before each round. @returns ms */
export function calibrate(): number {
  const start = performance.now();
  let x = 1;
  for (let i = 0; i < 5_000_000; i++) {
    x = (x * 1103515245 + 12345) % 2147483648;
  }
  return performance.now() - start + (x < 0 ? 1 : 0);
}

/** Runs both subjects in alternation: peer first in even rounds, ours first in odd ones. */
export async function measure(row: Row): Promise<Result> {
  const ours: number[] = [];
  const peer: number[] = [];
  const noise: number[] = [];
  const runOurs = async (): Promise<void> => {
    ours.push(await row.ours());
  };
  const runPeer = async (): Promise<void> => {
    if (row.peer !== undefined) {
      peer.push(await row.peer.run());
    }
  };
  for (let round = 0; round < row.rounds; round++) {
    noise.push(calibrate());
    for (const step of round % 2 === 0 ? [runPeer, runOurs] : [runOurs, runPeer]) {
      await step();
    }
  }
  const oursSpread = spreadOf(ours);
  const noiseSpread = spreadOf(noise);
  if (row.peer === undefined) {
    return { row, ours: oursSpread, noise: noiseSpread };
  }
  const peerSpread = spreadOf(peer);
  const lessIsBetter = row.unit === 'ms' || row.unit === 'kB';
  const ratio = lessIsBetter
    ? peerSpread.median / oursSpread.median
    : oursSpread.median / peerSpread.median;
  return { row, ours: oursSpread, peer: peerSpread, ratio, noise: noiseSpread };
}

export function figure(value: number): string {
  return value >= 1000
    ? Math.round(value).toLocaleString('en')
    : value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** Such as `4.2 ms (3.9–5.1)`. */
export function shown({ median, min, max }: Spread, unit = ''): string {
  return `${figure(median)}${unit} (${figure(min)}–${figure(max)})`;
}

export function formatResult({ row, ours, peer, ratio, noise }: Result): string {
  const spread = (s: Spread): string => shown(s, ` ${row.unit}`);
  const lines = [`${row.name}: ${row.what}`, `  ours  ${spread(ours)}`];
  if (peer !== undefined && row.peer !== undefined && ratio !== undefined) {
    lines.push(`  peer  ${spread(peer)}  ${row.peer.name}`, `  ratio ${figure(ratio)}×`);
  }
  lines.push(
    `  ${row.rounds} rounds; machine noise ${figure(noise.min)}–${figure(noise.max)} ms for the same work` +
      (row.goal === undefined ? '' : `; goal: ${row.goal}`),
  );
  return lines.join('\n');
}

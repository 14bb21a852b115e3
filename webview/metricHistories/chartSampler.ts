import type { SampleQuery, SeriesColumns } from '../../src/protocol/metricHistories';
import { failureText } from '../shared/hostConnection';
import type { SampleQueue } from './sampleQueue';

/** A chart that is zoomed or resized in one go asks once. */
const RESAMPLE_DELAY_MS = 40;

export interface SampleTarget {
  /** What the chart shows now; `revisions` are those of its runs, and tell that the same query has another answer. */
  wanted(): { readonly query: SampleQuery; readonly revisions: readonly number[] };
  onData(data: readonly SeriesColumns[]): void;
  onProblem(problem: string | null): void;
}

/** Asks for a chart's points when what is shown differs from what was asked for last. */
export class ChartSampler {
  private sampledKey = '';
  private request: AbortController | null = null;
  private timer: number | undefined;
  private hasData = false;

  constructor(private readonly target: SampleTarget) {}

  /** @param queue undefined while the chart is to ask for nothing */
  schedule(queue: SampleQueue | undefined): void {
    window.clearTimeout(this.timer);
    if (queue) {
      this.timer = window.setTimeout(
        () => void this.sample(queue),
        this.hasData ? RESAMPLE_DELAY_MS : 0,
      );
    }
  }

  /** The same will be asked for again. */
  forget(): void {
    this.sampledKey = '';
  }

  stop(): void {
    this.request?.abort();
    window.clearTimeout(this.timer);
    this.forget();
  }

  private async sample(queue: SampleQueue): Promise<void> {
    const { query, revisions } = this.target.wanted();
    const key = JSON.stringify([query, revisions]);
    if (key === this.sampledKey || query.columns === 0) {
      return;
    }
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.sampledKey = key;
    if (query.runIds.length === 0) {
      this.take([]);
      return;
    }
    try {
      this.take(await queue.sample(query, request.signal));
      this.target.onProblem(null);
    } catch (error) {
      if (!request.signal.aborted) {
        this.target.onProblem(failureText(error) ?? null);
      }
    }
  }

  private take(data: readonly SeriesColumns[]): void {
    this.hasData = true;
    this.target.onData(data);
  }
}

import type { Int64 } from '../../base/int64';
import type { Metric, RunId } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import { Gathering } from './gathering';
import { logPoints, type Point } from './logging';
import type { SqlDatabase } from './sqlDialect';

/** Points that are written at once, at most: their parameters fit into one statement of every system. */
const LARGEST_GROUP = 100;

interface WaitingPoint extends Point {
  readonly resolve: (experimentId: Int64) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Single points that are logged at the same time, whatever their runs, become one unit of work: it needs the statements of
 * one point, and a database server is asked once for all. Each call still succeeds or fails for itself.
 */
export class PointQueue {
  private readonly gathering = new Gathering<WaitingPoint>(
    group => this.write(group),
    LARGEST_GROUP,
  );

  constructor(private readonly database: SqlDatabase) {}

  /** @returns the experiment of the run, after the commit. */
  log(runId: RunId, metric: Metric): Promise<Int64> {
    return new Promise((resolve, reject) => this.gathering.add({ runId, metric, resolve, reject }));
  }

  /** Resolves when all that was asked for is written or refused. */
  done(): Promise<void> {
    return this.gathering.done();
  }

  private async write(group: readonly WaitingPoint[]): Promise<void> {
    try {
      const outcomes = await this.database.write(session => logPoints(session, group));
      group.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined || outcome instanceof TrackingError) {
          reject(outcome);
        } else {
          resolve(outcome);
        }
      });
    } catch (error) {
      if (group.length === 1 || TrackingError.is(error, 'TEMPORARILY_UNAVAILABLE')) {
        group.forEach(({ reject }) => reject(error));
        return;
      }
      // One of them cannot be stored: the others can.
      for (const point of group) {
        await this.write([point]);
      }
    }
  }
}

import type { MetricColumns } from '../../tracking/entities';
import { grownColumns } from '../../tracking/metricColumns';
import { extendedPart, NOTHING_READ, readAppended, type ReadPart } from './appendedBytes';
import { readColumns } from './metricLines';
import type { ProblemList } from './problemList';
import { readStamped, stampOf } from './readFiles';

interface Origin extends ReadPart {
  readonly path: string;
  readonly ino: number;
}

/** Whole histories of metric files. One that was read before is read on from where it ended. */
export class HistoryColumns {
  private readonly origins = new WeakMap<MetricColumns, Origin>();

  constructor(private readonly problems: ProblemList) {}

  /** @param earlier what an earlier call returned, see `TrackingStore.getMetricColumns` */
  get(path: string, earlier: MetricColumns | undefined): MetricColumns {
    const origin = earlier && this.origins.get(earlier);
    const isSameFile = origin?.path === path && stampOf(path)?.ino === origin.ino;
    const appended = isSameFile ? readAppended(path, origin) : undefined;
    if (earlier && origin && appended) {
      const columns = grownColumns(earlier, readColumns(appended));
      this.origins.set(columns, { ...origin, ...extendedPart(origin, appended) });
      return columns;
    }
    const read = readStamped(path, this.problems);
    const columns = readColumns(read?.bytes ?? Buffer.alloc(0));
    if (read) {
      const { ino } = read.stamp;
      this.origins.set(columns, { path, ino, ...extendedPart(NOTHING_READ, read.bytes) });
    }
    return columns;
  }
}

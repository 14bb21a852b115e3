import { basename, dirname, join, sep } from 'node:path';
import { RUN_STATUSES } from '../../tracking/entities';
import type { ColumnKind, KindOf } from './index/experimentIndex';
import type { StampedValue } from './index/fileColumn';
import type { StoredValue } from './index/indexFile';
import type { LatestPoints } from './latestPoints';
import { META_FILE, METRICS_FOLDER } from './layout';
import { readMetaText } from './metaFiles';
import type { ProblemList } from './problemList';
import { readStampedText } from './readFiles';
import { readRunInfo, type StoredRunInfo } from './runMeta';

/** A run's folder with what its meta file says. */
export interface StoredRun {
  readonly folder: string;
  readonly info: StoredRunInfo;
}

/** How the files of runs are read and kept in the index, by their path in the run's folder. */
export function runColumnKinds(latest: LatestPoints, problems: ProblemList): KindOf {
  const meta: ColumnKind<StoredRun> = {
    read: path => readRun(dirname(path), problems),
    pack: packRun,
    unpack: (value, path) => unpackRun(value, dirname(path)),
  };
  const metric: ColumnKind<number> = {
    read: path => {
      const found = latest.getStamped(path);
      return found && { ...found, value: found.latest?.value, isPartial: problems.has(path) };
    },
    pack: packNumber,
    unpack: value => (typeof value === 'object' ? undefined : Number(value)),
  };
  const text: ColumnKind<string> = {
    read: path => {
      const found = readStampedText(path, problems, true);
      return found && { value: found.text, stamp: found.stamp };
    },
    pack: value => value,
    unpack: value => (typeof value === 'string' ? value : undefined),
  };
  return name =>
    name === META_FILE ? meta : name.startsWith(METRICS_FOLDER + sep) ? metric : text;
}

/** JSON has no word for what is not finite, and no minus zero. */
function packNumber(value: number): StoredValue {
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

function readRun(folder: string, problems: ProblemList): StampedValue<StoredRun> | undefined {
  const found = readMetaText(folder, problems);
  if (!found) {
    return undefined;
  }
  const info = readRunInfo(found.meta, folder, basename(dirname(folder)));
  if (typeof info === 'string') {
    problems.report(join(folder, META_FILE), info);
    return undefined;
  }
  return { value: { folder, info }, stamp: found.stamp };
}

function packRun({ info }: StoredRun): StoredValue | undefined {
  const { startTimeMs = null, endTimeMs = null } = info;
  return typeof startTimeMs === 'bigint' || typeof endTimeMs === 'bigint'
    ? undefined
    : [
        RUN_STATUSES.indexOf(info.status),
        info.lifecycleStage === 'deleted' ? 1 : 0,
        startTimeMs,
        endTimeMs,
        info.runName,
        info.userId,
        info.artifactUri ?? null,
      ];
}

function unpackRun(value: StoredValue, folder: string): StoredRun | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const [status, deleted, startTimeMs, endTimeMs, runName, userId, artifactUri] =
    value as readonly (string | number | null)[];
  return {
    folder,
    info: {
      runId: basename(folder),
      runName: String(runName),
      experimentId: basename(dirname(folder)),
      userId: String(userId),
      status: RUN_STATUSES[Number(status)] ?? 'RUNNING',
      ...(typeof startTimeMs === 'number' ? { startTimeMs } : {}),
      ...(typeof endTimeMs === 'number' ? { endTimeMs } : {}),
      ...(typeof artifactUri === 'string' ? { artifactUri } : {}),
      lifecycleStage: deleted === 1 ? 'deleted' : 'active',
    },
  };
}

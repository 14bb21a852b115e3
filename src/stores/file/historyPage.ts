import type { Metric } from '../../tracking/entities';
import { decodePageToken, encodePageToken } from '../../tracking/pageToken';
import type { MetricHistoryRequest, Page } from '../../tracking/trackingStore';
import { reportFaults } from './latestPoints';
import { parseDatasetColumns, readPoints, type LineFaults } from './metricLines';
import type { ProblemList } from './problemList';
import { readBytesAt } from './readFiles';

/** Names the order in page tokens: where the page before ended is a number of bytes. */
const ORDER = 'bytes of the file';
const LINE_FEED = 0x0a;
/** A page of 25,000 points takes about this much. */
const CHUNK_BYTES = 1 << 20;

type PageRequest = Pick<MetricHistoryRequest, 'metricKey' | 'maxResults' | 'pageToken'>;

/**
 * A page of the points in a metric file, in file order. It is read from where the page before ended, so that all pages
 * together cost as much as the file.
 */
export function readHistoryPage(
  path: string,
  { metricKey: key, maxResults = Infinity, pageToken }: PageRequest,
  problems: ProblemList,
): Page<Metric> {
  const { offset, after = [] } = decodePageToken(pageToken, ORDER);
  const begin = Number(after[0] ?? 0);
  const isLineStart = begin > 0 && startsLine(path, begin, problems);
  const items: Metric[] = [];
  // Someone put another file in its place: then the number of points says where to go on.
  let toSkip = isLineStart ? 0 : offset;
  const end = readLinesFrom(path, isLineStart ? begin : 0, problems, bytes =>
    readPoints(bytes, (timestampMs, value, step, rest) => {
      if (toSkip > 0) {
        toSkip -= 1;
        return true;
      }
      if (items.length >= maxResults) {
        return false;
      }
      items.push({
        key,
        value,
        timestampMs,
        step,
        ...(rest === undefined ? {} : parseDatasetColumns(rest)),
      });
      return true;
    }),
  );
  return end === undefined
    ? { items }
    : {
        items,
        nextPageToken: encodePageToken({ offset: offset + items.length, after: [end] }, ORDER),
      };
}

function startsLine(path: string, position: number, problems: ProblemList): boolean {
  return (
    Number.isSafeInteger(position) &&
    readBytesAt(path, position - 1, 1, problems)?.[0] === LINE_FEED
  );
}

/** @returns where the reading stopped; `undefined` when it came to the end of the file. */
function readLinesFrom(
  path: string,
  begin: number,
  problems: ProblemList,
  read: (bytes: Buffer) => LineFaults,
): number | undefined {
  let position = begin;
  let length = CHUNK_BYTES;
  let malformed = 0;
  for (;;) {
    const bytes = readBytesAt(path, position, length, problems);
    if (bytes === undefined) {
      return undefined;
    }
    const faults = read(bytes);
    malformed += faults.malformed;
    position += faults.end;
    if (bytes.length < length && !stopsEarly(faults, bytes)) {
      if (begin === 0) {
        reportFaults(path, { ...faults, malformed }, problems);
      }
      return undefined;
    }
    if (stopsEarly(faults, bytes)) {
      return position;
    }
    // A line that is longer than what was read is no point, but there may be points after it.
    length = faults.end === 0 ? 2 * length : CHUNK_BYTES;
  }
}

function stopsEarly({ unfinished, end }: LineFaults, bytes: Buffer): boolean {
  return !unfinished && end < bytes.length;
}

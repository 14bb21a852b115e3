import type { SampledSeries } from './trackerApi';

/** "MTS1" read as a little-endian number. */
const MAGIC = 0x3153544d;
const PREFIX_BYTES = 8;

interface SeriesHeader {
  readonly runId: string;
  readonly metricKey: string;
  readonly total: number;
  readonly inRange: number;
  /** JSON has no NaN: null. */
  readonly xMin: number | null;
  readonly xMax: number | null;
  readonly points: number;
  readonly smoothedPoints: number;
}

const COLUMNS = ['x', 'values', 'smoothed', 'steps', 'timesMs'] as const;

/**
 * Little-endian: magic (uint32), bytes of the header (uint32), the header as JSON padded with spaces to a multiple of 8,
 * then the columns of each series one after the other as float64, in the order of `COLUMNS`.
 */
export function encodeSampledSeries(series: readonly SampledSeries[]): Uint8Array<ArrayBuffer> {
  const headers: SeriesHeader[] = series.map(item => ({
    runId: item.runId,
    metricKey: item.metricKey,
    total: item.total,
    inRange: item.inRange,
    xMin: Number.isNaN(item.xMin) ? null : item.xMin,
    xMax: Number.isNaN(item.xMax) ? null : item.xMax,
    points: item.x.length,
    smoothedPoints: item.smoothed.length,
  }));
  const json = new TextEncoder().encode(JSON.stringify(headers));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const columnBytes = series.reduce(
    (sum, item) => sum + COLUMNS.reduce((bytes, column) => bytes + item[column].byteLength, 0),
    0,
  );
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes + columnBytes);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(0, MAGIC, true);
  prefix.setUint32(4, headerBytes, true);
  bytes.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  bytes.set(json, PREFIX_BYTES);
  let offset = PREFIX_BYTES + headerBytes;
  for (const item of series) {
    for (const column of COLUMNS) {
      new Float64Array(bytes.buffer, offset, item[column].length).set(item[column]);
      offset += item[column].byteLength;
    }
  }
  return bytes;
}

/** The columns are views of `buffer`. Throws `RangeError` for bytes that are not such an answer. */
export function decodeSampledSeries(buffer: ArrayBuffer): SampledSeries[] {
  if (buffer.byteLength < PREFIX_BYTES) {
    throw new RangeError('The sampled series are cut short.');
  }
  const prefix = new DataView(buffer);
  const headerBytes = prefix.getUint32(4, true);
  if (prefix.getUint32(0, true) !== MAGIC || PREFIX_BYTES + headerBytes > buffer.byteLength) {
    throw new RangeError('The answer is not in the form of sampled series.');
  }
  const json = new TextDecoder().decode(new Uint8Array(buffer, PREFIX_BYTES, headerBytes));
  const headers = JSON.parse(json) as SeriesHeader[];
  let offset = PREFIX_BYTES + headerBytes;
  const column = (length: number): Float64Array => {
    const view = new Float64Array(buffer, offset, length);
    offset += view.byteLength;
    return view;
  };
  return headers.map(header => ({
    runId: header.runId,
    metricKey: header.metricKey,
    total: header.total,
    inRange: header.inRange,
    xMin: header.xMin ?? NaN,
    xMax: header.xMax ?? NaN,
    x: column(header.points),
    values: column(header.points),
    smoothed: column(header.smoothedPoints),
    steps: column(header.points),
    timesMs: column(header.points),
  }));
}

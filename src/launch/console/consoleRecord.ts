import { CONSOLE_ARTIFACT } from '../recordedArtifacts';
import type { OutputStream } from '../process/supervisedProcess';
import { LineAssembler } from './lineAssembler';

/** Bytes of one part. */
const PART_BYTES = 4 * 1024 * 1024;
/** Full parts that are kept beside the first one and the one being written. */
const KEPT_PARTS = 8;

const NOTHING = Buffer.alloc(0);

/** A file of the record: what it is to hold now, or that it is to go. */
export interface RecordFile {
  readonly artifactPath: string;
  readonly content: Uint8Array<ArrayBuffer> | undefined;
}

export interface ConsoleRecordOptions {
  /** Called with each line, without colours. */
  readonly onLine: (text: string) => void;
  /** For tests. */
  readonly partBytes?: number;
}

/**
 * What a script prints, line by line with the time at which each was complete: `2026-11-25T21:50:45.123Z text`. A line of
 * stderr has `!` before the text where both streams can be told apart. `console.log` is the part that is being written; when
 * it is full it becomes `console.1.log` and so on, of which the first and the last ones are kept.
 */
export class ConsoleRecord {
  private readonly assemblers = new Map<OutputStream, LineAssembler>();
  /** Of the part being written, what was taken before, and the lines since then. */
  private taken = NOTHING;
  private lines: string[] = [];
  private currentBytes = 0;
  private fullParts = 0;
  private pending: RecordFile[] = [];
  private isDirty = false;
  private stampMs = NaN;
  private stamp = '';

  constructor(private readonly options: ConsoleRecordOptions) {}

  /** Bytes of the part being written. */
  get size(): number {
    return this.currentBytes;
  }

  append(chunk: Buffer, stream: OutputStream): void {
    this.assemblerOf(stream).append(chunk, Date.now());
  }

  /** The script writes no more. */
  end(): void {
    for (const assembler of this.assemblers.values()) {
      assembler.end(Date.now());
    }
  }

  /** The files that have changed since the last call. */
  takeChanges(): readonly RecordFile[] {
    const files = this.pending;
    this.pending = [];
    if (this.isDirty) {
      this.isDirty = false;
      files.push({ artifactPath: CONSOLE_ARTIFACT, content: this.take() });
    }
    return files;
  }

  private assemblerOf(stream: OutputStream): LineAssembler {
    const known = this.assemblers.get(stream);
    if (known !== undefined) {
      return known;
    }
    const mark = stream === 'stderr' ? '! ' : '';
    const assembler = new LineAssembler(({ text, timeMs }) => {
      this.write(`${this.stampOf(timeMs)} ${mark}${text}\n`);
      this.options.onLine(text);
    });
    this.assemblers.set(stream, assembler);
    return assembler;
  }

  /** Lines come by the hundred at one time, and to write it takes longer than all else that is done for a line. */
  private stampOf(timeMs: number): string {
    if (timeMs !== this.stampMs) {
      this.stampMs = timeMs;
      this.stamp = new Date(timeMs).toISOString();
    }
    return this.stamp;
  }

  private write(line: string): void {
    const bytes = Buffer.byteLength(line);
    const limit = this.options.partBytes ?? PART_BYTES;
    if (this.currentBytes > 0 && this.currentBytes + bytes > limit) {
      this.startPart();
    }
    this.lines.push(line);
    this.currentBytes += bytes;
    this.isDirty = true;
  }

  private take(): Buffer<ArrayBuffer> {
    this.taken = Buffer.concat([this.taken, Buffer.from(this.lines.join(''))]);
    this.lines = [];
    return this.taken;
  }

  private startPart(): void {
    this.fullParts += 1;
    this.pending.push({ artifactPath: partPath(this.fullParts), content: this.take() });
    this.taken = NOTHING;
    this.currentBytes = 0;
    const dropped = this.fullParts - KEPT_PARTS;
    if (dropped > 1) {
      const artifactPath = partPath(dropped);
      this.pending = this.pending.filter(file => file.artifactPath !== artifactPath);
      this.pending.push({ artifactPath, content: undefined });
    }
  }
}

function partPath(number: number): string {
  return CONSOLE_ARTIFACT.replace(/\.log$/, `.${number}.log`);
}

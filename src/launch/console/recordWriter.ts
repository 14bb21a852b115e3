import type { Logger } from '../../base/logger';
import { reportFailure } from '../reportFailure';
import type { ConsoleRecord, RecordFile } from './consoleRecord';

/** ms between two states of a record; more for a large one and a slow store, which would do nothing else. */
const PAUSE_MS = 2_000;
const PAUSE_PER_MEGABYTE_MS = 5_000;
const SHARE_OF_TIME = 20;

/** Keeps the record in the store while it grows. What fails is told once and tried again with the next state. */
export class RecordWriter {
  private target: ((file: RecordFile) => Promise<void>) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private written = new Map<string, RecordFile>();
  private lastWriteMs = 0;
  private hasFailed = false;
  private failed: RecordFile[] = [];

  constructor(
    private readonly record: ConsoleRecord,
    private readonly logger: Logger,
  ) {}

  /** Where the files go from now on; those that went elsewhere before are written again. */
  writeTo(target: (file: RecordFile) => Promise<void>): void {
    this.target = target;
    this.failed = [...this.written.values(), ...this.failed];
    this.written = new Map();
    this.noteChange();
  }

  /** The record has grown. */
  noteChange(): void {
    if (this.target === undefined || this.timer !== undefined) {
      return;
    }
    const megabytes = this.record.size / 1024 / 1024;
    const pause = Math.max(
      PAUSE_MS,
      megabytes * PAUSE_PER_MEGABYTE_MS,
      this.lastWriteMs * SHARE_OF_TIME,
    );
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.underWay = this.underWay.then(() => this.writeChanges());
    }, pause);
    this.timer.unref();
  }

  /** Writes what is left. Never rejects. */
  async finish(): Promise<void> {
    clearTimeout(this.timer);
    this.underWay = this.underWay.then(() => this.writeChanges());
    await this.underWay;
  }

  private async writeChanges(): Promise<void> {
    const { target } = this;
    if (target === undefined) {
      return;
    }
    const startedMs = Date.now();
    const changes = this.record.takeChanges();
    const newer = new Set(changes.map(({ artifactPath }) => artifactPath));
    const files = [
      ...this.failed.filter(({ artifactPath }) => !newer.has(artifactPath)),
      ...changes,
    ];
    this.failed = [];
    for (const file of files) {
      try {
        await target(file);
        if (file.content === undefined) {
          this.written.delete(file.artifactPath);
        } else {
          this.written.set(file.artifactPath, file);
        }
      } catch (error) {
        this.failed.push(file);
        if (!this.hasFailed) {
          this.hasFailed = true;
          reportFailure(this.logger, 'store the console log', error);
        }
      }
    }
    this.lastWriteMs = Date.now() - startedMs;
  }
}

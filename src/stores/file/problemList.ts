import { lstatSync } from 'node:fs';
import type { Logger } from '../../base/logger';
import type { StoreProblem } from '../../tracking/trackingStore';

/** As many as a person would look at; a store with more is broken as a whole. */
const LIMIT = 1000;

/** What could not be read, by path. An entry goes away when its path is read well or is gone. */
export class ProblemList {
  private readonly messages = new Map<string, string>();
  /** What the log has been told already: reading a broken file again is no news. */
  private readonly logged = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  report(path: string, message: string): void {
    if (this.messages.size < LIMIT) {
      this.messages.set(path, message);
    }
    if (this.logged.get(path) !== message && this.logged.size < LIMIT) {
      this.logged.set(path, message);
      this.logger.warn(`${path}: ${message}`);
    }
  }

  clear(path: string): void {
    if (this.messages.size > 0) {
      this.messages.delete(path);
    }
  }

  has(path: string): boolean {
    return this.messages.size > 0 && this.messages.has(path);
  }

  list(): StoreProblem[] {
    for (const path of this.messages.keys()) {
      if (!isThere(path)) {
        this.messages.delete(path);
      }
    }
    return [...this.messages].map(([where, message]) => ({ where, message }));
  }
}

/** A link counts, also one that leads nowhere; so does what may not be looked at. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

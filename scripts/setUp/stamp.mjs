import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A file that holds the hash of what a finished step was made from: an equal hash means that there is nothing to do. */
export class Stamp {
  /**
   * @param {string} file
   * @param {string[]} inputs what the step's result depends on
   */
  constructor(file, inputs) {
    this.file = file;
    this.hash = createHash('sha256').update(inputs.join('\0')).digest('hex');
  }

  isFresh() {
    return existsSync(this.file) && readFileSync(this.file, 'utf8') === this.hash;
  }

  write() {
    writeFileSync(this.file, this.hash);
  }
}

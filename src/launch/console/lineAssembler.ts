import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Characters. A longer line is given out in pieces. */
const MAX_LINE = 64 * 1024;

export interface OutputLine {
  /** Without colours, its end, and what it overwrote. */
  readonly text: string;
  /** ms since epoch when the line was complete. */
  readonly timeMs: number;
}

/**
 * Makes lines of the bytes that a script writes, as a person saw them in the end: of a progress bar, which returns to the
 * beginning of its line again and again, the last state.
 */
export class LineAssembler {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly onLine: (line: OutputLine) => void) {}

  append(chunk: Buffer, timeMs: number): void {
    const text = this.rest + this.decoder.write(chunk);
    const lines = text.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      this.emit(line, timeMs);
    }
    // Only the last state of a bar is wanted: what it overwrote need not be kept until its line ends.
    const overwritten = this.rest.lastIndexOf('\r', this.rest.length - 2);
    if (overwritten >= 0 && this.rest.length > MAX_LINE) {
      this.rest = this.rest.slice(overwritten + 1);
    }
    while (this.rest.length > MAX_LINE) {
      this.emit(this.rest.slice(0, MAX_LINE), timeMs);
      this.rest = this.rest.slice(MAX_LINE);
    }
  }

  /** Gives out the line that has no end. */
  end(timeMs: number): void {
    const last = this.rest + this.decoder.end();
    this.rest = '';
    if (last !== '') {
      this.emit(last, timeMs);
    }
  }

  private emit(raw: string, timeMs: number): void {
    this.onLine({ text: lastState(stripVTControlCharacters(raw)), timeMs });
  }
}

function lastState(line: string): string {
  if (!line.includes('\r') && !line.includes('\b')) {
    return line.trimEnd();
  }
  // Keras before 3 and some bars go back by backspaces instead of a carriage return.
  const states = line.replace(/[\b]{2,}/g, '\r').split('\r');
  return states.findLast(state => state.trim() !== '')?.trimEnd() ?? '';
}

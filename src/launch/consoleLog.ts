/** Bytes kept from the beginning: what was set up and how. */
const HEAD_BYTES = 1024 * 1024;
/** Bytes kept from the end: how it went out. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** The output of a process in the order in which it came, of bounded size: the middle of a very long one is left out. */
export class ConsoleLog {
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private readonly tail: Buffer[] = [];
  private tailBytes = 0;
  private droppedBytes = 0;

  get isEmpty(): boolean {
    return this.headBytes === 0;
  }

  append(chunk: Buffer): void {
    const forHead = chunk.subarray(0, HEAD_BYTES - this.headBytes);
    if (forHead.length > 0) {
      this.head.push(forHead);
      this.headBytes += forHead.length;
    }
    const forTail = chunk.subarray(forHead.length);
    if (forTail.length > 0) {
      this.tail.push(forTail);
      this.tailBytes += forTail.length;
      this.trimTail();
    }
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const note =
      this.droppedBytes === 0 ? [] : [Buffer.from(`\n[${this.droppedBytes} bytes left out]\n`)];
    return Buffer.concat([...this.head, ...note, ...this.tail]);
  }

  private trimTail(): void {
    let [oldest] = this.tail;
    while (oldest !== undefined && this.tailBytes - oldest.length >= TAIL_BYTES) {
      this.tail.shift();
      this.tailBytes -= oldest.length;
      this.droppedBytes += oldest.length;
      [oldest] = this.tail;
    }
  }
}

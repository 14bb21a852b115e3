type Listener = () => void;

/** Where the crosshair stands, for all charts. Kept out of the elements' properties: it moves with every pointer event. */
export class Crosshair {
  private readonly listeners = new Set<Listener>();
  /** In units of the x axis; null when there is none. */
  x: number | null = null;
  /** The chart that the pointer or the focus is on. */
  source: object | null = null;

  move(x: number | null, source: object | null): void {
    if (x !== this.x || source !== this.source) {
      this.x = x;
      this.source = source;
      for (const listener of this.listeners) {
        listener();
      }
    }
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** What a watcher knows of folders without looking at them. */
export interface Coverage {
  /** A count that rises with each thing that happens in the store. */
  readonly tick: number;
  /**
   * The tick from which on every change in a folder is known: of a run's folder everything that a client can log, of an
   * experiment's which runs it has. Infinity when changes may go unnoticed, so that files must be asked.
   */
  knownSince(folder: string): number;
  /** Resolves when every change that was complete before the call has been told. */
  catchUp(): Promise<void> | undefined;
}

/** Nobody watches. */
export const noCoverage: Coverage = {
  tick: 0,
  knownSince: () => Infinity,
  catchUp: () => undefined,
};

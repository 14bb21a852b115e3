/** What a watcher knows of folders without looking at them. */
export interface Coverage {
  /** A count that rises with each thing that happens in the store. */
  readonly tick: number;
  /** The tick from which on everything logged to a run is known; Infinity when it may go unnoticed, so that files must be asked. */
  knownSince(runFolder: string): number;
  /** The tick from which on it is known which runs an experiment has. Its runs are known only while this is. */
  namesKnownSince(experimentFolder: string): number;
  /** Resolves when every change that was complete before the call has been told. */
  catchUp(): Promise<void> | undefined;
}

/** Nobody watches. */
export const noCoverage: Coverage = {
  tick: 0,
  knownSince: () => Infinity,
  namesKnownSince: () => Infinity,
  catchUp: () => undefined,
};

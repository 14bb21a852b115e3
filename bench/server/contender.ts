import type { RunningServer } from '../servers';
import type { TrackingData } from './trackingData';

/** One server over one store, with the same data as the others that it is compared with. */
export interface Contender {
  /** Such as `mlflow server 3.17.2`. */
  readonly name: string;
  readonly isOurs: boolean;
  readonly server: RunningServer;
  readonly data: TrackingData;
}

/** Contenders over one kind of store. */
export interface Field {
  /** Such as `SQLite`. */
  readonly title: string;
  /** Ours is the first. */
  readonly contenders: readonly Contender[];
  /** The goals of design.md §6 are set for it. */
  readonly hasGoals: boolean;
  /** The database with our data, for bare inserts. */
  readonly sqliteFile?: string;
  stop(): Promise<void>;
}

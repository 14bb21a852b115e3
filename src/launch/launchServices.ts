import type { Logger } from '../base/logger';
import type { Run } from '../tracking/entities';
import type { TrackingStore } from '../tracking/trackingStore';

/** What a launch needs of the layers that it may not know. */
export interface LaunchServices {
  readonly store: TrackingStore;
  readonly logger: Logger;
  /** Characters that every server behind this store takes as a tag's value. */
  readonly tagLimit: number;
  /** Serves a store on the loopback interface, to holders of the token only. */
  serve(store: TrackingStore, token: string): Promise<ScriptServer>;
  writeArtifact(run: Run, artifactPath: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
  deleteArtifact(run: Run, artifactPath: string): Promise<void>;
}

export interface ScriptServer {
  readonly url: string;
  /** Makes ready what is otherwise made ready at the first request. */
  load(): Promise<void>;
  close(): Promise<void>;
}

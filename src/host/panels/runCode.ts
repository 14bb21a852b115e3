import { PATCH_ARTIFACT } from '../../launch/recordedArtifacts';
import type { Run } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import type { RunSource } from './panelServices';

/** What a run recorded of its code. */
export interface RunCode {
  readonly commit: string;
  readonly patch?: Uint8Array;
  /** The run had changes that were not recorded, as with plain MLflow. */
  readonly unrecordedChanges: boolean;
  /** `mlflow.source.name`, as recorded. */
  readonly sourceName?: string;
}

/** Throws INVALID_STATE when the run has no commit. */
export async function readRunCode(
  client: RunSource,
  run: Run,
  options: CallOptions,
): Promise<RunCode> {
  const tags = new Map(run.data.tags.map(tag => [tag.key, tag.value]));
  const commit = tags.get('mlflow.source.git.commit');
  // The text goes to git as a revision: nothing but a hash may pass.
  if (commit === undefined || !/^[0-9a-f]{7,64}$/i.test(commit)) {
    throw new TrackingError(
      'INVALID_STATE',
      `Run ${run.info.runName} has no commit recorded, so there is no code to compare. Start it with "Track: Run current script" from a git repository.`,
    );
  }
  const tag = tags.get('mlflow.source.git.diff');
  const dirty = tags.get('mlflow.source.git.dirty')?.toLowerCase() === 'true' || Boolean(tag);
  const patch = dirty
    ? ((await readPatchArtifact(client, run, options)) ?? patchOf(tag))
    : undefined;
  const sourceName = tags.get('mlflow.source.name');
  return {
    commit,
    unrecordedChanges: dirty && !patch,
    ...(patch ? { patch } : {}),
    ...(sourceName ? { sourceName } : {}),
  };
}

async function readPatchArtifact(
  client: RunSource,
  run: Run,
  options: CallOptions,
): Promise<Uint8Array | undefined> {
  try {
    const { stream } = await client.readArtifact(run.info.runId, PATCH_ARTIFACT, options);
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    if (TrackingError.is(error) && error.code !== 'CANCELLED') {
      return undefined;
    }
    throw error;
  }
}

/** MLflow stores the text without its last line end, which `git apply` needs. */
function patchOf(tag: string | undefined): Uint8Array | undefined {
  return tag ? new TextEncoder().encode(tag.endsWith('\n') ? tag : `${tag}\n`) : undefined;
}

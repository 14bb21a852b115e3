import { PATCH_ARTIFACT } from '../../launch/recordedArtifacts';
import type { Run } from '../../tracking/entities';
import { TrackingError } from '../../tracking/trackingError';
import type { CallOptions } from '../../tracking/trackingStore';
import type { RunSource } from './panelServices';

/** What a run recorded of its code. */
export interface RunCode {
  readonly commit: string;
  readonly patch?: Uint8Array;
  /** How much of the uncommitted changes the patch holds: plain MLflow records none, limits cut long ones. */
  readonly recorded: 'all' | 'some' | 'none';
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
  const whole = dirty ? await readPatchArtifact(client, run, options) : undefined;
  const patch = whole ?? (tag && !isCutTag(tag) ? patchOf(tag) : undefined);
  const sourceName = tags.get('mlflow.source.name');
  return {
    commit,
    recorded: !dirty ? 'all' : !patch ? 'none' : isCutPatch(patch) ? 'some' : 'all',
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

/** Clients leave out the last line end, which `git apply` needs. */
function patchOf(tag: string): Uint8Array {
  return new TextEncoder().encode(tag.endsWith('\n') ? tag : `${tag}\n`);
}

/** A part of a patch can apply and be wrong. The wrapper marks its cut; MLflow cuts without a mark, at its limits. */
function isCutTag(tag: string): boolean {
  return /\n\[Cut here\.[^\n]*\]\n?$/.test(tag) || tag.length === 5000 || tag.length === 8000;
}

/** The wrapper leaves out whole files beyond its limit and says so in a comment. */
function isCutPatch(patch: Uint8Array): boolean {
  return /^# Cut after /m.test(new TextDecoder().decode(patch));
}

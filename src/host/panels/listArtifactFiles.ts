import type { RunId } from '../../tracking/entities';
import type { CallOptions } from '../../tracking/trackingStore';
import type { RunSource } from './panelServices';

/** Enough to compare by eye; a checkpoint folder may hold thousands. */
const MAX_FILES = 200;
const MAX_FOLDERS = 40;

/** The files of a run, breadth first, sorted by path, at most `MAX_FILES`. */
export async function listArtifactFiles(
  client: Pick<RunSource, 'listArtifacts'>,
  runId: RunId,
  options: CallOptions,
): Promise<{ files: { path: string; size: number | null }[]; partial: boolean }> {
  const files: { path: string; size: number | null }[] = [];
  const folders = [''];
  for (let next = 0; next < folders.length; next++) {
    if (next >= MAX_FOLDERS || files.length > MAX_FILES) {
      break;
    }
    for (const entry of await client.listArtifacts(runId, folders[next] ?? '', options)) {
      if (entry.isDir) {
        folders.push(entry.path);
      } else {
        files.push({ path: entry.path, size: entry.fileSize ?? null });
      }
    }
  }
  const partial = files.length > MAX_FILES || folders.length > MAX_FOLDERS;
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: files.slice(0, MAX_FILES), partial };
}

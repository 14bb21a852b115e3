import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Linux file systems whose files only this machine writes, by the magic numbers of statfs(2). */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x794c7630, // overlayfs
]);

/**
 * True where this machine's kernel makes every change, and stamps it with this machine's clock: it can then tell of all of
 * them. False for network and shared file systems, for any that is not known, and on other systems than Linux.
 */
export function isLocalFolder(path: string): boolean {
  if (process.platform !== 'linux') {
    return false;
  }
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return LOCAL_TYPES.has(statfsSync(folder).type);
    } catch {
      // It does not exist yet: it will be where its parent is.
      if (dirname(folder) === folder) {
        return false;
      }
    }
  }
}

/** Clocks of file systems are coarse, up to 2 s. */
const SETTLE_LOCAL_MS = 10_000;
/** The clock of a file server may be wrong by minutes. */
const SETTLE_REMOTE_MS = 3_600_000;

/**
 * How long a file must have been left alone before it was read for its stamp to tell the next change: a file that changed just
 * before may change again within one tick of its file system's clock, under the same stamp.
 */
export function settleMs(path: string): number {
  return isLocalFolder(path) ? SETTLE_LOCAL_MS : SETTLE_REMOTE_MS;
}

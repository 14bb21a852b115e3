import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why there can be none here; undefined where there can. */
export const noSmallDisk: string | undefined =
  process.platform !== 'linux'
    ? 'only Linux has tmpfs'
    : process.getuid?.() !== 0
      ? 'only root may mount a file system'
      : whyNotMounted();

/** A file system of its own that is soon full. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all room but so many bytes. */
  fill(leaveBytes: number): void;
  /** Gives back what `fill` took. */
  free(): void;
  /** Nothing on it may be open for writing. */
  makeReadOnly(): void;
  remove(): void;
}

export function makeSmallDisk(bytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    path,
    fill(leaveBytes) {
      for (;;) {
        const { bavail, bsize } = statfsSync(path);
        const size = bavail * bsize - leaveBytes;
        if (size <= 0) {
          return;
        }
        appendFileSync(filler, Buffer.alloc(size));
      }
    },
    free: () => rmSync(filler, { force: true }),
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', path]),
    remove() {
      execFileSync('umount', ['--lazy', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Containers often let root do everything but this. */
function whyNotMounted(): string | undefined {
  try {
    makeSmallDisk(65_536).remove();
    return undefined;
  } catch (error) {
    return `no file system can be mounted here: ${String(error).split('\n')[0]}`;
  }
}

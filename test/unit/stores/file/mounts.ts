import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether this process may mount file systems: as root on Linux, outside of most containers. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return false;
  }
  const point = mkdtempSync(join(tmpdir(), 'mount-'));
  const { status } = spawnSync('mount', ['-t', 'ramfs', 'ramfs', point], { stdio: 'ignore' });
  if (status === 0) {
    execFileSync('umount', [point]);
  }
  rmdirSync(point);
  return status === 0;
}

/** A file system in memory whose clock has ticks of some milliseconds, gone after the test. */
export function mountRamfs(): string {
  return mounted(['-t', 'ramfs', 'ramfs']);
}

/** A folder as it is seen through a read-only mount, gone after the test. */
export function mountReadOnly(folder: string): string {
  return mounted(['--bind', '-o', 'ro', folder]);
}

function mounted(args: readonly string[]): string {
  const point = mkdtempSync(join(tmpdir(), 'mount-'));
  execFileSync('mount', [...args, point]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', point]);
    rmdirSync(point);
  });
  return point;
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Waits until somebody presses a key in the terminal, or the terminal goes away. Without a terminal there is nobody to
 * wait for.
 * @param markerFolder holds a file named after the id of this process while it waits, so that others, who know the
 * process id of a terminal, can tell that nothing runs in it any more
 */
export async function waitForKey(markerFolder: string): Promise<void> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    return;
  }
  const marker = path.join(markerFolder, String(process.pid));
  await mkdir(markerFolder, { recursive: true });
  const pressed = new Promise<void>(resolve => {
    for (const event of ['data', 'end', 'close', 'error'] as const) {
      stdin.once(event, () => resolve());
    }
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve());
    }
    stdin.setRawMode(true);
    stdin.resume();
  });
  await writeFile(marker, '');
  stdout.write('Press any key to close the terminal.');
  await pressed;
  await rm(marker, { force: true });
  stdin.setRawMode(false);
  stdin.pause();
}

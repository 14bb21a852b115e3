import { writeFile } from 'node:fs/promises';

/**
 * Waits until somebody presses a key in the terminal, or the terminal goes away. Without a terminal there is nobody to
 * wait for.
 * @param markerFile made while waiting, so that others know that nothing runs here any more
 */
export async function waitForKey(markerFile: string): Promise<void> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    return;
  }
  await writeFile(markerFile, '');
  stdout.write('Press any key to close the terminal.');
  await new Promise<void>(resolve => {
    for (const event of ['data', 'end', 'close', 'error'] as const) {
      stdin.once(event, () => resolve());
    }
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve());
    }
    stdin.setRawMode(true);
    stdin.resume();
  });
  stdin.setRawMode(false);
  stdin.pause();
}

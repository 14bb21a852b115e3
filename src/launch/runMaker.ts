import { readFile } from 'node:fs/promises';
import type { BackgroundWork } from './backgroundWork';
import type { ScriptSource } from './scriptSource';
import type { TrackedRunStore } from './trackedRunStore';

/**
 * A script that never touches MLflow gets its run as soon as it shows life. One that speaks of MLflow will make its own,
 * most likely in an experiment of its own, and gets one only if it has none at its end.
 * @returns a function to call at every sign of life
 */
export async function runMaker(
  source: ScriptSource,
  store: TrackedRunStore,
  background: BackgroundWork,
): Promise<() => void> {
  let wanted = !(await mentionsMlflow(source.file));
  return () => {
    if (wanted) {
      wanted = false;
      background.start('make the run', () => store.ensureRun());
    }
  };
}

async function mentionsMlflow(file: string | undefined): Promise<boolean> {
  if (file === undefined) {
    return false;
  }
  try {
    return /mlflow/i.test(await readFile(file, 'utf8'));
  } catch {
    // Unreadable for us: the run is made in time or taken over, either way it exists once.
    return false;
  }
}

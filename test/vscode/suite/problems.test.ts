import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExtensionInternals } from '../../../src/extension';
import {
  activated,
  eventually,
  experimentRow,
  runRows,
  temporaryFolder,
  useStore,
} from './support/extension';
import { OtherProcess } from './support/otherProcess';

describe('What cannot be read', () => {
  let extension: ExtensionInternals;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    extension = await activated();
    folder = await temporaryFolder();
  });

  after(async () => {
    await extension.services.settings.setTrackingUri('');
    await folder[Symbol.asyncDispose]();
  });

  it('is named with its reason above the experiments, and no more when it is mended', async () => {
    const root = path.join(folder.path, 'mlruns');
    await using script = await OtherProcess.on(root, extension.services.workingDir);
    const experimentId = await script.store.createExperiment({ name: 'broken' });
    const { info } = await script.store.createRun({ experimentId, runName: 'cut' });
    const { info: other } = await script.store.createRun({ experimentId, runName: 'whole' });
    await useStore(extension, root);
    const meta = path.join(root, experimentId, info.runId, 'meta.yaml');
    const whole = await readFile(meta);
    await writeFile(meta, 'a line that is no YAML: [\n');

    const row = await experimentRow(extension, 'broken');
    await eventually('the other run alone', async () => {
      const runs = await runRows(extension, row);
      return runs.length === 1 && runs[0]?.run.info.runId === other.runId;
    });
    await eventually('a message with the run', () =>
      extension.experiments.view.message?.includes(info.runId),
    );
    await writeFile(meta, whole);
    await eventually('no message', () => extension.experiments.view.message === '');
  });
});

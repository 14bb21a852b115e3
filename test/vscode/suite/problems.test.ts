import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually, experimentRow, runRows } from './support/extension';
import { OtherProcess } from './support/otherProcess';
import { Suite } from './support/suite';

describe('What cannot be read', () => {
  const suite = new Suite();

  it('is named with its reason above the experiments, and no more when it is mended', async () => {
    const root = path.join(suite.folder, 'mlruns');
    await using script = await OtherProcess.on(root, suite.services.workingDir);
    const experimentId = await script.store.createExperiment({ name: 'broken' });
    const { info } = await script.store.createRun({ experimentId, runName: 'cut' });
    const { info: other } = await script.store.createRun({ experimentId, runName: 'whole' });
    await suite.openStore(root);
    const meta = path.join(root, experimentId, info.runId, 'meta.yaml');
    const whole = await readFile(meta);
    await writeFile(meta, 'a line that is no YAML: [\n');

    const row = await experimentRow(suite.extension, 'broken');
    await eventually('the other run alone', async () => {
      const runs = await runRows(suite.extension, row);
      return runs.length === 1 && runs[0]?.run.info.runId === other.runId;
    });
    await eventually('a message with the run', () =>
      suite.extension.experiments.view.message?.includes(info.runId),
    );
    await writeFile(meta, whole);
    await eventually('no message', () => suite.extension.experiments.view.message === '');
  });
});

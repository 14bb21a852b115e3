import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRun, writeFiles } from './testStore';

async function newRuns(): Promise<Awaited<ReturnType<typeof newRun>> & { whole: string }> {
  const made = await newRun();
  const whole = (await made.store.createRun({ experimentId: '0', startTimeMs: 2 })).info.runId;
  await made.store.logBatch(made.runId, {
    metrics: [
      { key: 'good', value: 1, timestampMs: 1, step: 1 },
      { key: 'bad', value: 1, timestampMs: 1, step: 1 },
    ],
    params: [{ key: 'good', value: 'x' }],
    tags: [{ key: 'good', value: 'x' }],
  });
  return { ...made, whole };
}

type Made = Awaited<ReturnType<typeof newRuns>>;

async function listed({ store }: Made): Promise<string[]> {
  const { items } = await store.searchRuns({ experimentIds: ['0'], viewType: 'ALL' });
  return items.map(run => run.info.runId);
}

async function problemsOf({ store }: Made): Promise<Record<string, string>> {
  const { problems } = await store.getStatus();
  return Object.fromEntries(problems.map(({ where, message }) => [where, message]));
}

describe('a broken meta file of a run', () => {
  it.each<[string, (path: string) => void, string]>([
    ['cut in a quoted value', path => writeFileSync(path, "artifact_uri: 'cut"), 'not valid YAML'],
    ['empty', path => writeFileSync(path, ''), 'it is empty'],
    ['of another run', path => writeFileSync(path, 'run_id: other\n'), "not its folder's name"],
    ['without an id', path => writeFileSync(path, 'status: 1\n'), 'it has no run_id'],
    ['not UTF-8', path => writeFileSync(path, Buffer.from([0x61, 0x3a, 0x20, 0xff])), 'not UTF-8'],
    [
      'a folder',
      path => {
        rmSync(path);
        mkdirSync(path);
      },
      'a folder is in place of a file',
    ],
    [
      'a link to itself',
      path => {
        rmSync(path);
        symlinkSync(path, path);
      },
      'leads back to itself',
    ],
  ])('%s hides that run alone', async (_what, destroy, problem) => {
    const made = await newRuns();
    const path = join(made.folder, 'meta.yaml');
    destroy(path);
    expect(await listed(made)).toEqual([made.whole]);
    expect((await problemsOf(made))[path]).toContain(problem);
  });

  it('is no problem any more once it is whole again', async () => {
    const made = await newRuns();
    const path = join(made.folder, 'meta.yaml');
    writeFileSync(path, "run_id: 'cut");
    await listed(made);
    writeFileSync(path, `run_id: ${made.runId}\nexperiment_id: '0'\nstatus: 3\n`);
    expect(await listed(made)).toEqual([made.whole, made.runId]);
    expect(await problemsOf(made)).toEqual({});
  });

  it('of another experiment hides the run', async () => {
    const made = await newRuns();
    writeFiles(made.folder, { 'meta.yaml': `run_id: ${made.runId}\nexperiment_id: '7'\n` });
    expect(await listed(made)).toEqual([made.whole]);
  });
});

describe('broken data of a run', () => {
  it.each([
    ['params/bad', Buffer.from([0xc3, 0x28]), 'not UTF-8'],
    ['tags/bad', Buffer.from([0x80]), 'not UTF-8'],
    ['metrics/bad', '1 1.0 1\nnonsense\n2 2.0', 'One line is left out'],
    ['metrics/bad', '1 1.0 1\n2 2.0', 'last line is left out'],
    ['metrics/bad', '', undefined],
  ])('in %s hides itself alone', async (file, content, problem) => {
    const made = await newRuns();
    writeFiles(made.folder, { [file]: content });
    const { data } = await made.store.getRun(made.runId);
    expect(data.params.map(({ key }) => key)).toEqual(['good']);
    expect(data.tags.map(({ key }) => key)).toEqual(['good', 'mlflow.runName']);
    expect(data.metrics.map(({ key }) => key)).toContain('good');
    const problems = await problemsOf(made);
    if (problem === undefined) {
      expect(problems).toEqual({});
    } else {
      expect(problems[join(made.folder, file)]).toContain(problem);
    }
  });

  it('such as a link that leads in circles hides itself alone', async () => {
    const made = await newRuns();
    symlinkSync('loop', join(made.folder, 'params', 'loop'));
    symlinkSync('..', join(made.folder, 'params', 'up'));
    const { data } = await made.store.getRun(made.runId);
    expect(data.params.map(({ key }) => key)).toEqual(['good']);
    expect(Object.keys(await problemsOf(made))).toEqual([join(made.folder, 'params', 'loop')]);
  });

  // Root may read everything, so nothing is forbidden to it.
  it.runIf(process.getuid?.() !== 0)('such as a forbidden file hides itself alone', async () => {
    const made = await newRuns();
    const path = join(made.folder, 'params', 'good');
    chmodSync(path, 0);
    expect((await made.store.getRun(made.runId)).data.params).toEqual([]);
    expect((await problemsOf(made))[path]).toContain('permission denied');
  });
});

describe('a broken experiment', () => {
  it.each([
    ['cut', "name: 'cut"],
    ['nameless', "experiment_id: '5'\n"],
    ['elsewhere', "experiment_id: '6'\nname: x\n"],
  ])('%s is left out with a reason', async (_what, text) => {
    const made = await newRuns();
    writeFiles(made.root, { '5/meta.yaml': text });
    const { items } = await made.store.searchExperiments({ maxResults: 10 });
    expect(items.map(({ name }) => name)).toEqual(['Default']);
    expect(Object.keys(await problemsOf(made))).toEqual([join(made.root, '5', 'meta.yaml')]);
  });
});

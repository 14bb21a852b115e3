import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrackingError } from '../../../../src/tracking/trackingError';
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

type Destroy = (path: string) => void | Promise<void>;

/** What is no file and would hold up, fill or break whoever reads it as one. */
const SPECIAL_FILES: readonly [string, Destroy, string][] = [
  ['a pipe', path => void execFileSync('mkfifo', [path]), 'a pipe, a socket or a device'],
  ['a socket', listenOn, 'a pipe, a socket or a device'],
  ['a device', path => symlinkSync('/dev/zero', path), 'a pipe, a socket or a device'],
  ['huge', path => makeHuge(path), 'it is too large'],
];

async function listenOn(path: string): Promise<void> {
  const server = createServer();
  // The names of sockets are short, so one is made near and moved.
  const near = `/tmp/socket-${process.pid}-${Math.random().toString(36).slice(2)}`;
  await new Promise<void>(resolve => server.listen(near, resolve));
  onTestFinished(() => void server.close());
  execFileSync('mv', [near, path]);
}

/** Takes no room on the disk. */
function makeHuge(path: string): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, 1024 ** 3 + 1);
  closeSync(file);
}

/**
 * Makes a file unreadable and calls `work` as someone who feels it: root reads everything, so as root it is called with the
 * rights of nobody. Once with all rights before, so that everything that `work` needs is loaded.
 */
async function withoutRight(path: string, work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
  chmodSync(path, 0);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    process.seteuid?.(65534);
  }
  try {
    await work();
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
    }
  }
}

describe('a broken meta file of a run', () => {
  it.each<[string, Destroy, string]>([
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
    ...SPECIAL_FILES.map(([what, destroy, problem]): [string, Destroy, string] => [
      what,
      path => {
        rmSync(path);
        return destroy(path);
      },
      problem,
    ]),
  ])('%s hides that run alone', async (_what, destroy, problem) => {
    const made = await newRuns();
    const path = join(made.folder, 'meta.yaml');
    await destroy(path);
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
    ['metrics/bad', '1 1.0 1\nnan 2.0 2\n', 'One line is left out'],
    ['metrics/bad', Buffer.from([0xff, 0x20, 0x31, 0x0a]), 'One line is left out'],
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

  it.each(
    SPECIAL_FILES.flatMap(([what, make, problem]) =>
      ['params', 'tags', 'metrics'].map((part): [string, string, Destroy, string] => [
        what,
        part,
        make,
        problem,
      ]),
    ),
  )('such as %s among its %s hides itself alone', async (_what, part, make, problem) => {
    const made = await newRuns();
    const path = join(made.folder, part, 'special');
    await make(path);
    const { data } = await made.store.getRun(made.runId);
    expect(data.params.map(({ key }) => key)).toEqual(['good']);
    expect(data.tags.map(({ key }) => key)).toEqual(['good', 'mlflow.runName']);
    expect(data.metrics.map(({ key }) => key)).toEqual(['bad', 'good']);
    const filter = `${part}.special ${part === 'metrics' ? '> 0' : "= 'x'"}`;
    expect((await made.store.searchRuns({ experimentIds: ['0'], filter })).items).toEqual([]);
    expect((await problemsOf(made))[path]).toContain(problem);
  });

  it('such as a name that can be no key hides itself alone', async () => {
    const made = await newRuns();
    const path = join(made.folder, 'params', 'two\nlines');
    writeFileSync(path, 'x');
    writeFileSync(Buffer.concat([Buffer.from(`${made.folder}/params/`), Buffer.from([0xff])]), 'x');
    const { data } = await made.store.getRun(made.runId);
    expect(data.params.map(({ key }) => key)).toEqual(['good']);
    expect((await problemsOf(made))[path]).toContain('its name can be no key');
  });

  it.each(['params', 'tags', 'metrics', 'inputs', 'outputs'])(
    'such as a file in place of its folder %s hides itself alone',
    async part => {
      const made = await newRuns();
      rmSync(join(made.folder, part), { recursive: true, force: true });
      writeFileSync(join(made.folder, part), 'x');
      expect(await listed(made)).toEqual([made.whole, made.runId]);
    },
  );

  it('such as a forbidden file hides itself alone', async () => {
    const made = await newRuns();
    [dirname(made.root), made.root, join(made.root, '0')].forEach(path => chmodSync(path, 0o755));
    const path = join(made.folder, 'params', 'good');
    await withoutRight(path, async () => {
      const { data } = await made.store.getRun(made.runId);
      expect(data.params).toEqual([]);
      expect(data.metrics.map(({ key }) => key)).toEqual(['bad', 'good']);
      expect((await problemsOf(made))[path]).toContain('permission denied');
    });
  });

  it('such as a forbidden folder hides that run alone', async () => {
    const made = await newRuns();
    [dirname(made.root), made.root, join(made.root, '0')].forEach(path => chmodSync(path, 0o755));
    await withoutRight(made.folder, async () => {
      expect(await listed(made)).toEqual([made.whole]);
      expect((await problemsOf(made))[join(made.folder, 'meta.yaml')]).toContain(
        'permission denied',
      );
    });
  });
});

describe('a write to broken data', () => {
  const param = { key: 'bad', value: 'x' };
  const metric = { key: 'bad', value: 1, timestampMs: 1, step: 1 };
  it.each<[string, string, Destroy, (made: Made) => Promise<unknown>]>([
    ...SPECIAL_FILES.slice(0, 3).flatMap(
      ([what, make]): [string, string, Destroy, (made: Made) => Promise<unknown>][] => [
        [what, 'metrics/bad', make, ({ store, runId }) => store.logMetric(runId, metric)],
        [what, 'params/bad', make, ({ store, runId }) => store.logParam(runId, param)],
        [
          what,
          'params/bad',
          make,
          ({ store, runId }) => store.logBatch(runId, { params: [param], metrics: [metric] }),
        ],
        [
          what,
          'meta.yaml',
          make,
          ({ store, runId }) => store.updateRun(runId, { status: 'FINISHED' }),
        ],
      ],
    ),
    [
      'bytes that are no text',
      'params/bad',
      path => writeFileSync(path, Buffer.from([0xff])),
      ({ store, runId }) => store.logParam(runId, param),
    ],
    [
      'a folder',
      'tags/bad',
      path => mkdirSync(join(path, 'inner'), { recursive: true }),
      async made => {
        writeFileSync(join(made.folder, 'tags', 'bad', 'inner', 'x'), '');
        await made.store.setTag(made.runId, param);
      },
    ],
    [
      'a link that leads nowhere',
      'tags',
      path => symlinkSync('nowhere', path),
      ({ store, runId }) => store.setTag(runId, param),
    ],
    [
      'a link to itself',
      'metrics',
      path => symlinkSync(path, path),
      ({ store, runId }) => store.logMetric(runId, metric),
    ],
    [
      'a file',
      'metrics',
      path => writeFileSync(path, ''),
      ({ store, runId }) => store.logMetric(runId, metric),
    ],
    [
      'a cut text',
      'meta.yaml',
      path => writeFileSync(path, "run_id: 'cut"),
      ({ store, runId }) => store.deleteRun(runId),
    ],
  ])('such as %s at %s is refused for good', async (_what, where, destroy, write) => {
    const made = await newRuns();
    const path = join(made.folder, where);
    rmSync(path, { recursive: true, force: true });
    await destroy(path);
    const error: unknown = await write(made).catch((reason: unknown) => reason);
    // Clients repeat whatever is answered with 5xx, for minutes.
    expect(TrackingError.is(error) && error.code).toMatch(
      /^(INVALID_PARAMETER_VALUE|RESOURCE_DOES_NOT_EXIST)$/,
    );
  });

  it('such as a pipe in place of a tag puts it right', async () => {
    const made = await newRuns();
    execFileSync('mkfifo', [join(made.folder, 'tags', 'pipe')]);
    await made.store.setTag(made.runId, { key: 'pipe', value: 'x' });
    const { data } = await made.store.getRun(made.runId);
    expect(data.tags).toContainEqual({ key: 'pipe', value: 'x' });
  });
});

describe('a broken experiment', () => {
  it.each([
    ['cut', "name: 'cut"],
    ['nameless', "experiment_id: '5'\n"],
    ['elsewhere', "experiment_id: '6'\nname: x\n"],
    ['empty', ''],
    ['not UTF-8', Buffer.from([0xff])],
  ])('%s is left out with a reason', async (_what, text) => {
    const made = await newRuns();
    writeFiles(made.root, { '5/meta.yaml': text });
    const { items } = await made.store.searchExperiments({ maxResults: 10 });
    expect(items.map(({ name }) => name)).toEqual(['Default']);
    expect(Object.keys(await problemsOf(made))).toEqual([join(made.root, '5', 'meta.yaml')]);
  });

  it.each(SPECIAL_FILES)('whose meta file is %s is left out with a reason', async (_what, make) => {
    const made = await newRuns();
    mkdirSync(join(made.root, '5'));
    await make(join(made.root, '5', 'meta.yaml'));
    const { items } = await made.store.searchExperiments({ maxResults: 10 });
    expect(items.map(({ name }) => name)).toEqual(['Default']);
    expect(Object.keys(await problemsOf(made))).toEqual([join(made.root, '5', 'meta.yaml')]);
  });
});

import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { FileStore } from '../../../../src/stores/file/fileStore';
import { decodeIndex, encodeIndex } from '../../../../src/stores/file/index/indexFile';
import { settleMs } from '../../../../src/stores/file/fileSystem';
import { RunIndex } from '../../../../src/stores/file/index/runIndex';
import { LatestPoints } from '../../../../src/stores/file/latestPoints';
import { ProblemList } from '../../../../src/stores/file/problemList';
import { runColumnKinds } from '../../../../src/stores/file/runColumns';
import { canMount, mountRamfs } from './mounts';
import { tempFolder, writeFiles } from './testStore';

/** More values than that of one experiment are worth an index file. */
const RUNS = 70;
const FILTER = "metrics.m >= 0 and params.p = 'x' and tags.t != ''";

function runId(index: number): string {
  return `a${String(index).padStart(31, '0')}`;
}

interface Made {
  readonly root: string;
  readonly cacheFolder: string;
  readonly experiment: string;
}

function makeStore(): Made {
  const folder = tempFolder();
  const root = join(folder, 'mlruns');
  writeFiles(root, { '1/meta.yaml': "experiment_id: '1'\nname: one\n" });
  for (let index = 0; index < RUNS; index += 1) {
    writeFiles(join(root, '1', runId(index)), {
      'meta.yaml': `run_id: ${runId(index)}\nrun_name: n\nexperiment_id: '1'\nstart_time: ${index}\nstatus: 3\n`,
      'metrics/m': `1 ${index}.5 1\n`,
      'params/p': 'x',
      'tags/t': 'aa',
    });
    // A time that can be set again to the last digit.
    utimesSync(join(root, '1', runId(index), 'tags', 't'), 1000, 1000);
  }
  return { root, cacheFolder: join(folder, 'cache'), experiment: join(root, '1') };
}

/** What a store opened anew finds, with what is remembered from before. */
async function found(
  { root, cacheFolder }: Made,
  filter = FILTER,
  logger = silentLogger,
): Promise<string[]> {
  const store = await FileStore.open(root, { logger, cacheFolder });
  try {
    const { items } = await store.searchRuns({
      experimentIds: ['1'],
      filter,
      orderBy: ['metrics.m'],
      maxResults: 1000,
      projection: { metricKeys: [], paramKeys: [], tagKeys: [], inputs: false },
    });
    return items.map(({ info }) => info.runId);
  } finally {
    await store.close();
  }
}

function indexFiles({ cacheFolder }: Made): string[] {
  const folder = join(cacheFolder, 'file-stores');
  return readdirSync(folder).map(name => join(folder, name));
}

function indexFile(made: Made): string {
  const [path = '', ...others] = indexFiles(made);
  expect(others).toEqual([]);
  return path;
}

const ALL = Array.from({ length: RUNS }, (_, index) => runId(index));

describe('an index', () => {
  // Files that were just written are read again; from two hours later they have been left alone for long enough.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_200_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is taken for files that did not change, and only for those', async () => {
    const made = makeStore();
    expect(await found(made)).toEqual(ALL);
    const path = indexFile(made);
    const index = decodeIndex(readFileSync(path), made.experiment);
    if (typeof index === 'string') {
      throw new Error(index);
    }
    // Nobody else writes such values, so an answer that has them comes from the index.
    const columns = index.columns.map(column =>
      column.name.endsWith('m') ? { ...column, values: column.values.map(() => 77) } : column,
    );
    writeFileSync(path, encodeIndex({ ...index, columns }, made.experiment));
    expect(await found(made, 'metrics.m = 77')).toHaveLength(RUNS);
    appendFileSync(join(made.experiment, runId(3), 'metrics', 'm'), '2 5.25 2\n');
    expect(await found(made, 'metrics.m = 77')).toHaveLength(RUNS - 1);
    expect(await found(made, 'metrics.m = 5.25')).toEqual([runId(3)]);
  });

  it.each<[string, (folder: string, experiment: string) => void, string, string[]]>([
    [
      'a tag written over by a text of the same length, with the old time set again',
      folder => {
        const path = join(folder, 'tags', 't');
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'bb');
        utimesSync(path, atime, mtime);
      },
      "tags.t = 'bb'",
      [runId(3)],
    ],
    [
      'a metric file that grew, with the old time set again',
      folder => {
        const path = join(folder, 'metrics', 'm');
        const { atime, mtime } = statSync(path);
        appendFileSync(path, '2 1000.5 2\n');
        utimesSync(path, atime, mtime);
      },
      'metrics.m > 1000',
      [runId(3)],
    ],
    [
      'a run written over by a copy that keeps times',
      (folder, experiment) => {
        const other = join(experiment, runId(5));
        cpSync(join(other, 'tags', 't'), join(folder, 'copy'), { preserveTimestamps: true });
        writeFileSync(join(folder, 'tags', 't'), '');
        renameSync(join(folder, 'copy'), join(folder, 'tags', 't'));
        writeFileSync(join(folder, 'params', 'p'), 'y');
      },
      "params.p = 'y' and tags.t = 'aa'",
      [runId(3)],
    ],
    [
      'a key that came and one that went',
      folder => {
        writeFileSync(join(folder, 'params', 'late'), 'x');
        rmSync(join(folder, 'params', 'p'));
      },
      "params.late = 'x' and params.p IS NULL",
      [runId(3)],
    ],
    [
      'a run that was deleted',
      folder => {
        const path = join(folder, 'meta.yaml');
        writeFileSync(path, `${readFileSync(path, 'utf8')}lifecycle_stage: deleted\n`);
      },
      'metrics.m >= 0',
      ALL.filter(id => id !== runId(3)),
    ],
    [
      'a run that is gone, and one that came',
      (folder, experiment) => {
        rmSync(folder, { recursive: true });
        const late = join(experiment, runId(500));
        cpSync(join(experiment, runId(4)), late, { recursive: true });
        const meta = readFileSync(join(late, 'meta.yaml'), 'utf8');
        writeFileSync(join(late, 'meta.yaml'), meta.replace(runId(4), runId(500)));
        writeFileSync(join(late, 'metrics', 'm'), '1 500.5 1\n');
      },
      'metrics.m >= 0',
      [...ALL.filter(id => id !== runId(3)), runId(500)],
    ],
  ])('is not taken for %s', async (_what, change, filter, expected) => {
    const made = makeStore();
    // The second finds an index, and writes one with what the filter names.
    await found(made);
    await found(made, filter);
    change(join(made.experiment, runId(3)), made.experiment);
    expect(await found(made, filter)).toEqual(expected);
  });

  it('keeps every number and text as it is', async () => {
    const made = makeStore();
    const odd = ['nan', 'inf', '-inf', '-0.0', '1e-05', '5e-324', '0.30000000000000004'];
    odd.forEach((text, index) => {
      writeFileSync(join(made.experiment, runId(index), 'metrics', 'm'), `1 ${text} 1\n`);
      writeFileSync(join(made.experiment, runId(index), 'tags', 't'), `ä\n"${text}`);
    });
    const big = `run_id: ${runId(9)}\nexperiment_id: '1'\nstart_time: 9007199254740993\n`;
    writeFileSync(join(made.experiment, runId(9), 'meta.yaml'), big);
    const ask = async (): Promise<unknown> => {
      const store = await FileStore.open(made.root, { logger: silentLogger, ...made });
      const { items } = await store.searchRuns({
        experimentIds: ['1'],
        filter: "tags.t LIKE '%' and metrics.m IS NOT NULL and attributes.start_time >= 0",
        orderBy: ['metrics.m DESC', 'tags.t'],
      });
      await store.close();
      return items;
    };
    const first = await ask();
    expect(first).toHaveLength(RUNS);
    indexFile(made);
    expect(await ask()).toEqual(first);
  });

  it('says what is broken in each process', async () => {
    const made = makeStore();
    appendFileSync(join(made.experiment, runId(3), 'metrics', 'm'), 'nonsense\n');
    await found(made);
    const store = await FileStore.open(made.root, { logger: silentLogger, ...made });
    await store.searchRuns({ experimentIds: ['1'], filter: 'metrics.m < 0' });
    const { problems } = await store.getStatus();
    await store.close();
    expect(problems.map(({ where }) => where)).toEqual([
      join(made.experiment, runId(3), 'metrics', 'm'),
    ]);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut in its header', bytes => bytes.subarray(0, 20)],
    ['cut in its text', bytes => bytes.subarray(0, 1000)],
    ['cut at its end', bytes => bytes.subarray(0, -1)],
    ['with a bit turned', bytes => (bytes.writeUInt8((bytes[500] ?? 0) ^ 1, 500), bytes)],
    ['of another version', bytes => (bytes.write('MLTRKIX0'), bytes)],
    ['of another folder', bytes => encodeIndex(asIndex(decodeIndex(bytes, '')), '/elsewhere')],
  ])('that is %s is made anew', async (_what, damage) => {
    const made = makeStore();
    await found(made);
    const path = indexFile(made);
    const whole = readFileSync(path);
    writeFileSync(path, damage(Buffer.from(whole)));
    const told: string[] = [];
    const logger = { ...silentLogger, debug: (text: string) => void told.push(text) };
    expect(await found(made, FILTER, logger)).toEqual(ALL);
    expect(told).toEqual([expect.stringContaining('is made anew')]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it('is left out where it cannot be kept', async () => {
    const made = makeStore();
    writeFileSync(made.cacheFolder, 'a file in place of the folder');
    expect(await found(made)).toEqual(ALL);
    rmSync(made.cacheFolder);
    await found(made);
    const path = indexFile(made);
    rmSync(path);
    mkdirSync(join(path, 'inner'), { recursive: true });
    expect(await found(made)).toEqual(ALL);
    expect(indexFiles(made)).toEqual([path]);
  });

  it('is not for others to read, and goes when it is old', async () => {
    const made = makeStore();
    await found(made);
    const path = indexFile(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const old = `${path.slice(0, -10)}0123.index`;
    const unfinished = `${path}.0011.tmp`;
    const foreign = join(made.cacheFolder, 'file-stores', 'notes.txt');
    for (const other of [old, unfinished, foreign]) {
      writeFileSync(other, 'x');
      utimesSync(other, 1, 1);
    }
    rmSync(path);
    await found(made);
    expect(indexFiles(made).toSorted()).toEqual([path, foreign].toSorted());
  });

  it('is whole when several stores keep it at once', async () => {
    const made = makeStore();
    const answers = await Promise.all(Array.from({ length: 6 }, () => found(made)));
    expect(answers).toEqual(Array.from({ length: 6 }, () => ALL));
    expect(decodeIndex(readFileSync(indexFile(made)), made.experiment)).toBeTypeOf('object');
  });
});

// Only a file system with a coarse clock shows it, such as ramfs, and only root may mount one.
it.runIf(canMount())('does not take a stamp for the content within one tick of the clock', () => {
  const folder = join(mountRamfs(), runId(3));
  writeFiles(folder, { 'meta.yaml': `run_id: ${runId(3)}\n`, 'tags/t': 'aa' });
  const problems = new ProblemList(silentLogger);
  const kindOf = runColumnKinds(new LatestPoints(problems), problems);
  const index = new RunIndex({ kindOf, settleMs: settleMs(folder) });
  for (let round = 0; round < 1000; round += 1) {
    const text = round % 2 === 0 ? 'cc' : 'dd';
    writeFileSync(join(folder, 'tags', 't'), text);
    expect(index.get(folder, join('tags', 't'))).toBe(text);
  }
});

function asIndex(index: ReturnType<typeof decodeIndex>): Exclude<typeof index, string> {
  return typeof index === 'string' ? { names: [], columns: [] } : index;
}

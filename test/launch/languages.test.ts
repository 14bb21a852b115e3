import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from './gitRepository';
import { artifact, paramsOf, tagsOf, Workbench, type Ended } from './workbench';

interface Language {
  readonly name: string;
  readonly command: readonly string[];
  readonly script: string;
  /** What `script` takes in, and how it says hello. */
  readonly library: string;
  readonly libraryLines: readonly string[];
  readonly lines: readonly string[];
  /** What the interpreter says of itself. */
  readonly version: RegExp;
  /** Ends with 3. */
  readonly leaves: readonly string[];
  /** Ends by an error that says `no data`. */
  readonly fails: readonly string[];
}

/** Each prints its option, three epochs and a score on stdout, and a line on stderr. */
const LANGUAGES: readonly Language[] = [
  {
    name: 'R',
    command: ['Rscript', 'train.R'],
    script: 'train.R',
    library: 'lib/report.R',
    libraryLines: [
      'report <- function(epoch) cat(sprintf("epoch %d: loss=%.4f\\n", epoch, 1 / epoch))',
    ],
    lines: [
      'source("lib/report.R")',
      'args <- commandArgs(trailingOnly = TRUE)',
      'print(args[[2]])',
      'for (epoch in 1:3) report(epoch)',
      'message("a word on stderr")',
      'print(paste("step 3: accuracy:", 0.75))',
    ],
    version: /R\) version \d+\.\d+\.\d+/,
    leaves: ['cat("before\\n")', 'quit(status = 3)'],
    fails: ['cat("before\\n")', 'stop("no data")'],
  },
  {
    name: 'shell',
    command: ['bash', 'train.sh'],
    script: 'train.sh',
    library: 'lib/report.sh',
    libraryLines: ['report() { echo "epoch $1: loss=$2"; }'],
    lines: [
      'source lib/report.sh',
      `echo "[1] \\"$2\\""`,
      'report 1 1.0000; report 2 0.5000; report 3 0.3333',
      'echo "a word on stderr" >&2',
      `echo '[1] "step 3: accuracy: 0.75"'`,
    ],
    version: /^GNU bash, version \d/,
    leaves: ['echo before', 'exit 3'],
    fails: ['set -e', 'echo before', 'echo "no data" >&2', 'false', 'echo after'],
  },
  {
    name: 'Node',
    command: [process.execPath, 'train.mjs'],
    script: 'train.mjs',
    library: 'lib/report.mjs',
    libraryLines: [
      'export const report = epoch => console.log(`epoch ${epoch}: loss=${(1 / epoch).toFixed(4)}`);',
    ],
    lines: [
      "import { report } from './lib/report.mjs';",
      'console.log(`[1] "${process.argv[3]}"`);',
      'for (const epoch of [1, 2, 3]) report(epoch);',
      'console.error("a word on stderr");',
      `console.log('[1] "step 3: accuracy: 0.75"');`,
    ],
    version: /^v\d+\.\d+\.\d+$/,
    leaves: ['console.log("before");', 'process.exit(3);'],
    fails: ['console.log("before");', 'throw new Error("no data");'],
  },
];

const PRINTED = [
  '[1] "0.1"',
  'epoch 1: loss=1.0000',
  'epoch 2: loss=0.5000',
  'epoch 3: loss=0.3333',
  '[1] "step 3: accuracy: 0.75"',
];

async function run(bench: Workbench, command: readonly string[]): Promise<Ended> {
  const running = bench.start(command, ['--system-metrics', '0']);
  running.child.stdin?.end();
  return await running.ended;
}

/** The lines of the console log without their times: of stdout, then of stderr. */
async function consoleOf(bench: Workbench): Promise<readonly [string[], string[]]> {
  const log = await artifact(await bench.run(), 'mlflow-tracker/console.log');
  const lines = log
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/^\S+Z /, ''));
  return [
    lines.filter(line => !line.startsWith('! ')),
    lines.filter(line => line.startsWith('! ')).map(line => line.slice(2)),
  ];
}

describe.each(LANGUAGES)('a script in $name', language => {
  const { command, script, library, libraryLines, lines, version, leaves, fails } = language;

  test('is a run with its params, metrics, output, commit and interpreter', async () => {
    const bench = await Workbench.create();
    const repo = new GitRepository(bench.folder);
    repo.write('.gitignore', 'mlruns/\n');
    repo.write(library, libraryLines.join('\n'));
    bench.write(script, lines);
    const commit = repo.commitAll();
    const ended = await run(bench, [...command, '--lr', '0.1']);
    expect(ended).toMatchObject({ code: 0, stdout: `${PRINTED.join('\n')}\n` });
    expect(ended.stderr).toBe('a word on stderr\n');

    const tracked = await bench.run();
    expect(tracked.info.status).toBe('FINISHED');
    expect(paramsOf(tracked)).toEqual({ lr: '0.1' });
    expect(tracked.data.metrics).toMatchObject([
      { key: 'accuracy', value: 0.75, step: 3 },
      { key: 'loss', value: 0.3333, step: 3 },
    ]);
    const losses = await bench.withStore(store =>
      store.getMetricHistory({ runId: tracked.info.runId, metricKey: 'loss' }),
    );
    expect(losses.items.map(({ step, value }) => [step, value])).toEqual([
      [1, 1],
      [2, 0.5],
      [3, 0.3333],
    ]);
    expect(tagsOf(tracked)).toMatchObject({
      'mlflow.source.name': script,
      'mlflow.source.type': 'LOCAL',
      'mlflow.source.git.commit': commit,
      'mlflow.source.git.branch': 'main',
      'mlflow.source.git.dirty': 'false',
      'tracker.source.path': script,
      'tracker.command': [...command, '--lr', '0.1'].join(' '),
    });
    expect(await consoleOf(bench)).toEqual([PRINTED, ['a word on stderr']]);
    const text = await artifact(tracked, 'mlflow-tracker/environment.json');
    const { interpreter } = JSON.parse(text) as { interpreter: Record<string, string> };
    expect(interpreter).toMatchObject({ command: command[0] });
    expect(path.isAbsolute(interpreter['executable'] ?? '')).toBe(true);
    expect(interpreter['version']).toMatch(version);
  });

  test('keeps its files where there is no repository', async () => {
    const bench = await Workbench.create();
    mkdirSync(path.join(bench.folder, path.dirname(library)));
    bench.write(library, libraryLines);
    bench.write(script, lines);
    expect(await run(bench, [...command, '--lr', '0.1'])).toMatchObject({ code: 0 });
    const tracked = await bench.run();
    for (const [name, text] of [
      [script, lines],
      [library, libraryLines],
    ] as const) {
      expect(await artifact(tracked, `mlflow-tracker/code/${name}`)).toBe(`${text.join('\n')}\n`);
    }
  });

  test.each([
    ['its own exit code', leaves, { code: 3, stdout: 'before\n' }, ''],
    ['an error', fails, { code: 1, stdout: 'before\n' }, 'no data'],
  ])('fails with %s', async (_, failing, expected, said) => {
    const bench = await Workbench.create();
    bench.write(script, failing);
    const ended = await run(bench, command);
    expect(ended).toMatchObject(expected);
    expect(ended.stderr).toContain(said);
    expect((await bench.run()).info.status).toBe('FAILED');
    const [stdout, stderr] = await consoleOf(bench);
    expect(stdout).toEqual(['before']);
    expect(stderr.join('\n')).toContain(said);
  });
});

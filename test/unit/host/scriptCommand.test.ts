import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteCommand } from '../../../src/base/quoteCommand';
import { splitCommand } from '../../../src/base/splitCommand';
import { argumentsOfCommand } from '../../../src/host/run/argumentsOfCommand';
import { needsBuild, scriptCommand } from '../../../src/host/run/scriptCommand';

describe('words of a command line', () => {
  test.each([
    ['  a  b ', ['a', 'b']],
    ["'a b' \"c d\" e\\ f ''", ['a b', 'c d', 'e f', '']],
    ['"a\\"b" "c\\d" \'e\\f\'', ['a"b', 'c\\d', 'e\\f']],
    ["--lr=0.1 x'y'z", ['--lr=0.1', 'xyz']],
    ['', []],
    ["it's", undefined],
  ])('%j', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  test.each([[['a b', "it's", '', '$x', 'plain=1']], [['\\', '"', '\n']]])(
    '%j is the same after quoting',
    words => {
      expect(splitCommand(quoteCommand(words))).toEqual(words);
    },
  );
});

describe('the command that runs a file', () => {
  let cwd = '';
  const files = {
    'train.py': '',
    'pkg/__init__.py': '',
    'pkg/sub/__init__.py': '',
    'pkg/sub/train.py': '',
    'pkg/sub/__main__.py': '',
    'pkg/not-a-name/train.py': '',
    'loose/train.py': '',
    'fit.R': '',
    'study.ipynb': '{}',
    'fit.jl': '',
    'web.ts': '',
    'tsx/node_modules/.bin/tsx': '',
    'tsx/web.ts': '',
    'run.sh': 'echo',
    'fish.sh': '#!/usr/bin/env fish\n',
    tool: '#!/usr/bin/env -S python3 -u\n',
    'awk.thing': '#!/usr/bin/awk -f\n',
    'go.mod': '',
    'cmd/a/main.go': '',
    'main.go': '',
    'crate/Cargo.toml': '',
    'crate/src/main.rs': '',
    'crate/src/bin/fit.rs': '',
    'crate/examples/demo/main.rs': '',
    'lone.rs': '',
    'main.cpp': '',
    'notes.txt': 'hello',
    'my file.lua': '',
    'Main.java': '',
  };
  beforeAll(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'script-command-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
      writeFileSync(path.join(cwd, name), text);
    }
  });
  afterAll(() => rmSync(cwd, { recursive: true }));

  const options = (commands: Record<string, unknown> = {}) => ({
    commands,
    python: () => Promise.resolve('PY'),
  });
  const script = (name: string, languageId?: string) => ({
    file: path.join(cwd, name),
    languageId,
    cwd,
  });

  test.each([
    ['train.py', undefined, 'PY train.py'],
    ['pkg/sub/train.py', 'python', 'PY -m pkg.sub.train'],
    ['pkg/sub/__main__.py', 'python', 'PY -m pkg.sub'],
    ['pkg/not-a-name/train.py', 'python', 'PY pkg/not-a-name/train.py'],
    ['loose/train.py', 'python', 'PY loose/train.py'],
    ['fit.R', undefined, 'Rscript fit.R'],
    ['fit.jl', undefined, 'julia --project=@. fit.jl'],
    ['study.ipynb', 'json', 'PY study.ipynb'],
    ['web.ts', 'typescript', 'node web.ts'],
    ['tsx/web.ts', 'typescript', 'CWD/tsx/node_modules/.bin/tsx tsx/web.ts'],
    ['run.sh', 'shellscript', 'bash run.sh'],
    ['fish.sh', 'shellscript', 'fish fish.sh'],
    ['tool', 'plaintext', 'python3 -u tool'],
    ['awk.thing', undefined, '/usr/bin/awk -f awk.thing'],
    ['Main.java', 'java', 'java Main.java'],
    ['cmd/a/main.go', 'go', 'go run ./cmd/a'],
    ['main.go', 'go', 'go run .'],
    ['crate/src/main.rs', 'rust', 'cargo run --manifest-path crate/Cargo.toml --'],
    ['crate/src/bin/fit.rs', 'rust', 'cargo run --manifest-path crate/Cargo.toml --bin fit --'],
    [
      'crate/examples/demo/main.rs',
      'rust',
      'cargo run --manifest-path crate/Cargo.toml --example demo --',
    ],
    ['main.cpp', 'cpp', 'CWD/main'],
  ])('%s', async (name, languageId, expected) => {
    const words = await scriptCommand(script(name, languageId), options());
    expect(words.join(' ').replaceAll(cwd, 'CWD')).toBe(expected);
  });

  test("a person's own command wins, the one for the ending first, and paths with spaces stay whole", async () => {
    const commands = {
      '.lua': "lua -e 'x y' ${file} ${relativeFile} ${fileBasenameNoExtension} ${python}",
      lua: 'never',
      python: 'uv run ${relativeFile}',
    };
    expect(await scriptCommand(script('my file.lua', 'lua'), options(commands))).toEqual([
      'lua',
      '-e',
      'x y',
      path.join(cwd, 'my file.lua'),
      'my file.lua',
      'my file',
      'PY',
    ]);
    expect(await scriptCommand(script('train.py', 'python'), options(commands))).toEqual([
      'uv',
      'run',
      'train.py',
    ]);
  });

  test.each([
    ['notes.txt', {}, 'add a command for .txt to the setting tracker.run.commands'],
    ['lone.rs', {}, 'belongs to no Cargo project'],
    ['train.py', { '.py': "python '" }, 'a quote that is not closed'],
  ])('%s is refused with the way out', async (name, commands, message) => {
    await expect(scriptCommand(script(name), options(commands))).rejects.toThrow(message);
  });

  test('C and C++ are built first, unless a command of their own is set', () => {
    expect(needsBuild(script('main.cpp', 'cpp'), options())).toBe(true);
    expect(needsBuild(script('main.cpp', 'cpp'), options({ cpp: 'make run' }))).toBe(false);
    expect(needsBuild(script('train.py', 'python'), options())).toBe(false);
  });
});

test('the arguments of a recorded command are found behind its script', () => {
  const run = (command: string) =>
    ({ info: {}, data: { tags: [{ key: 'tracker.command', value: command }] } }) as never;
  expect(argumentsOfCommand(run("py -u src/train.py --name 'a b' x=1"), 'train.py')).toBe(
    "--name 'a b' x=1",
  );
  expect(argumentsOfCommand(run('py train.py'), 'train.py')).toBeUndefined();
  expect(argumentsOfCommand(run('py other.py --x'), 'train.py')).toBeUndefined();
  expect(argumentsOfCommand(run('py train.py --x\n[cut]'), 'train.py')).toBeUndefined();
});

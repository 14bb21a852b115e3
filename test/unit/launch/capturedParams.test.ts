import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineParams } from '../../../src/launch/capture/commandLineParams';
import { readConfigFiles } from '../../../src/launch/capture/configFileParams';

function shown(params: readonly { readonly key: string; readonly value: string }[]): string {
  return params.map(({ key, value }) => `${key}=${value}`).join(', ');
}

describe('params of a command line', () => {
  test.each([
    ['--lr 1e-3 --batch-size=32', 'lr=1e-3, batch_size=32'],
    ['--offset -1 --scale -.5e-3 --verbose', 'offset=-1, scale=-.5e-3, verbose=true'],
    ['--layers 64 64 32 --name a b', 'layers=64 64 32, name=a'],
    ['-b 32 -n8 -v', 'b=32, n=8, v=true'],
    ['--lr 0.1 --lr 0.2', 'lr=0.2'],
    [
      'lr=0.1 +model.depth=4 ++seed=1 ~trainer model/optimizer=adam db@backup=x',
      'lr=0.1, model.depth=4, seed=1, model/optimizer=adam, db_backup=x',
    ],
    ['--flag lr=0.1', 'flag=true, lr=0.1'],
    ['train.csv http://host/?a=b /data/x=y -5', ''],
    ['--lr 1 -- --other 2', 'lr=1'],
    ['--empty=', 'empty='],
    [
      '--api-key abc --hf_token=t --dbPassword p --max-tokens 512 --tokenizer bert',
      'api_key=***, hf_token=***, dbPassword=***, max_tokens=512, tokenizer=bert',
    ],
    [
      '--key abc --sort-key name --pad-token x --auth.secret s',
      'key=***, sort_key=name, pad_token=x, auth.secret=***',
    ],
    ['--db postgresql://u:p@ss@host/db', 'db=postgresql://***@host/db'],
  ])('%s', (line, expected) => {
    expect(shown(commandLineParams(line.split(' ')))).toBe(expected);
  });
});

describe('params of the configuration files that a command line names', () => {
  let folder = '';
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'config-'));
    await write(
      'run.yaml',
      'optimizer:\n  lr: 1e-3\n  betas: [0.9, 0.999]\nname: null\ndebug: true\n',
    );
    await write(
      'run.toml',
      'seed = 7\n[model]\ndepth = 4\ntoken = "t"\nwhen = 2026-01-02T03:04:05Z\n',
    );
    await write(
      'run.json',
      '{"a": {"b c?": 1, "password": "p"}, "hosts": [{"url": "http://u:p@h/", "apiKey": "k"}]}',
    );
    await write('broken.json', '{');
    await write('large.json', `{"a": "${'x'.repeat(300_000)}"}`);
    await write(
      'many.json',
      JSON.stringify(
        Array.from({ length: 501 }, (_, index) => index).reduce(
          (all, index) => ({ ...all, [`k${index}`]: 1 }),
          {},
        ),
      ),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    ['--config run.yaml', 'optimizer.lr=0.001, optimizer.betas=[0.9,0.999], name=null, debug=true'],
    ['-c run.toml', 'seed=7, model.depth=4, model.token=***, model.when=2026-01-02T03:04:05.000Z'],
    ['run.json', 'a.b c_=1, a.password=***, hosts=[{"url":"http://***@h/","apiKey":"***"}]'],
    ['--data run.json', ''],
    ['--config=broken.json --config-file missing.yaml large.json many.json', ''],
  ])('%s', async (line, expected) => {
    const files = await readConfigFiles(line.split(' '), folder);
    expect(shown(files.flatMap(({ params }) => params))).toBe(expected);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findStores } from '../../../src/host/store/findStores';
import { neededFolder } from '../../../src/host/store/localTarget';

describe('findStores', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tracker-find-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('finds databases, file stores and tracking URIs, and nothing that only looks like one', async () => {
    await writeFile(path.join(folder, 'mlflow.db'), '');
    await mkdir(path.join(folder, 'team', 'mlruns', '0'), { recursive: true });
    await writeFile(path.join(folder, 'team', 'mlruns', '0', 'meta.yaml'), '');
    await mkdir(path.join(folder, 'mlruns', 'models'), { recursive: true });
    await writeFile(path.join(folder, '.env'), "A=1\nexport MLFLOW_TRACKING_URI='http://h:5000'\n");
    expect(await findStores(folder, { MLFLOW_TRACKING_URI: 'http://other' })).toEqual([
      { uri: 'sqlite:///mlflow.db', origin: 'folder' },
      { uri: './team/mlruns', origin: 'folder' },
      { uri: 'http://h:5000', origin: '.env' },
      { uri: 'http://other', origin: 'environment' },
    ]);
  });

  it('finds nothing in a folder that is not there', async () => {
    expect(await findStores(path.join(folder, 'gone'), {})).toEqual([]);
  });
});

describe('neededFolder', () => {
  it.each([
    ['', undefined],
    ['./mlruns', '/w/mlruns'],
    ['file:///data/mlruns', '/data/mlruns'],
    ['sqlite:///mlflow.db', '/w'],
    ['sqlite:////data/a.db', '/data'],
    ['http://localhost:5000', undefined],
  ])('of %j is %s', (uri, expected) => {
    expect(neededFolder(uri, '/w')).toBe(expected);
  });
});

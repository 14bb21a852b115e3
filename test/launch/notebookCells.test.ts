import path from 'node:path';
import { expect, test } from 'vitest';
import { preparationCode } from '../../src/host/notebook/preparationCode';
import { mlflow2, mlflow3, newestMlflow } from '../clients/mlflowEnvironments';
import { PLAIN_GIT_ENV } from './gitRepository';
import { describeNotebookCells } from './notebookCellCases';
import { RealKernel } from './realKernel';
import { temporaryFolder } from './temporary';

const PROJECT = path.resolve(import.meta.dirname, '../..');

for (const environment of [mlflow2, mlflow3, newestMlflow]) {
  describeNotebookCells(environment);
}

test.for([
  ['without MLflow', path.join(PROJECT, 'dist/python/kernel')],
  ['on a machine without the extension', path.join(PROJECT, 'dist/python/not there')],
])('a kernel %s is left in peace', async ([, packageFolder = '']) => {
  const cwd = await temporaryFolder();
  await using kernel = new RealKernel({ project: PROJECT, cwd, env: PLAIN_GIT_ENV });
  const place = { port: 9, token: 'nobody is there' };
  const notebook = path.join(cwd, 'study.ipynb');
  expect(await kernel.text(preparationCode({ packageFolder, notebook, place }))).toBe('');
  expect(await kernel.text('import sys; print("not there" in str(sys.path))')).toBe('False\n');
});

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectNode, projectRoot } from '../harness/projectPaths';
import { TemporaryFolder } from '../harness/temporaryFolder';

const run = promisify(execFile);

/** The Python that the set-up made for the example scripts. */
export const examplesPython = path.join(projectRoot, 'examples/.venv/bin/python');

/** The learning rates of the runs that the workspace starts with, oldest first. */
const learningRates = ['0.05', '0.3'];

/**
 * A copy of `examples/` as a git repository in which two training runs have been tracked.
 * @returns the folder, to be disposed of
 */
export async function examplesWorkspace(): Promise<TemporaryFolder> {
  const folder = await TemporaryFolder.create(path.join(projectRoot, 'examples'));
  await commitEverything(folder.path);
  for (const rate of learningRates) {
    await run(
      projectNode,
      [
        path.join(projectRoot, 'dist/cli.js'),
        ...['run', '--', examplesPython, 'train_softmax.py'],
        ...['--epochs', '12', '--learning-rate', rate],
      ],
      { cwd: folder.path },
    );
  }
  return folder;
}

async function commitEverything(cwd: string): Promise<void> {
  const identity = ['-c', 'user.name=Tests', '-c', 'user.email=tests@example.invalid'];
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd });
  await run('git', ['add', '--all'], { cwd });
  await run('git', [...identity, 'commit', '--quiet', '--message', 'Training scripts'], { cwd });
}

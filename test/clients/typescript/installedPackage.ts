import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '../../..');

/** The Nodes that the library is for: the oldest, which the set-up brings, and the project's own. */
export const NODES = {
  'Node 20': join(repository, '.test-env/node-20.20.2/node_modules/node/bin/node'),
  'Node 24': process.execPath,
} as const;

/** A project that has installed the package as `npm pack` makes it of this one, without its scripts. */
export class InstalledPackage {
  private constructor(readonly folder: string) {}

  static async create(): Promise<InstalledPackage> {
    for (const file of [join(repository, 'dist/client/index.mjs'), NODES['Node 20']]) {
      if (!existsSync(file)) {
        throw new Error(`there is no ${file}: npm test makes it`);
      }
    }
    const folder = await mkdtemp(join(tmpdir(), 'ts-package-'));
    // What the outer npm says about itself would be settings of this one.
    const { PATH, HOME } = process.env;
    const options = { cwd: folder, env: { PATH, HOME } };
    await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
    await run('npm', ['pack', repository, '--ignore-scripts', '--offline'], options);
    const tarball = (await readdir(folder)).find(file => file.endsWith('.tgz'));
    const npm = ['install', `./${String(tarball)}`, '--offline', '--no-audit', '--no-fund'];
    await run('npm', npm, options);
    await symlink(join(repository, 'node_modules/@types'), join(folder, 'node_modules/@types'));
    return new InstalledPackage(folder);
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  /** Runs a file to its end. @returns what it printed; rejects when it fails */
  async node(
    file: string,
    env: NodeJS.ProcessEnv,
    node: keyof typeof NODES = 'Node 24',
  ): Promise<string> {
    const { stdout } = await run(NODES[node], [file], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0', ...env },
    });
    return stdout;
  }

  start(file: string, env: NodeJS.ProcessEnv): ChildProcess {
    return spawn(process.execPath, [file], { cwd: this.folder, env, stdio: 'pipe' });
  }

  /** Compiles the files strictly, declarations of the package included. @returns what the compiler complains of */
  async typeCheck(files: readonly string[]): Promise<string> {
    const options = [
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023',
      '--types',
      'node',
    ];
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit'];
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    return await run(process.execPath, [compiler, ...options, ...strict, ...files], {
      cwd: this.folder,
    }).then(
      () => '',
      (error: unknown) => String((error as { stdout?: string }).stdout),
    );
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

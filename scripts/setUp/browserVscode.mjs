import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';
import { runQuietly } from '../lib/progress.mjs';
import { projectEnvironment } from './environment.mjs';
import { Stamp } from './stamp.mjs';

/** The release of code-server that carries VS Code 1.139.1: server, workbench and built-in extensions. */
const codeServer = '4.139.1';
const target = path.join(root, '.vscode-test/code-server');
const headers = path.join(root, '.vscode-test/node');
const serverMain = path.join(target, 'node_modules/code-server/lib/vscode/out/server-main.js');
const stamp = new Stamp(path.join(target, '.set-up'), [codeServer, nodeVersion(), process.arch]);

/** A complete VS Code from the npm registry, for the browser. Its native modules are built here, for the project's Node. */
export const browserVscode = {
  title: 'VS Code for the browser (620 MB, some minutes)',

  isDone() {
    return stamp.isFresh() && existsSync(serverMain);
  },

  async run() {
    // The Node package in node_modules keeps its bin/ only; the headers are in the package for the platform.
    const headersPackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    await install(headers, headersPackage, nodeVersion(), {});
    await install(target, 'code-server', codeServer, {
      npm_config_nodedir: path.join(headers, 'node_modules', headersPackage),
      npm_config_dangerously_allow_all_scripts: 'true',
    });
    await runQuietly(projectNode, [serverMain, '--version']);
    stamp.write();
  },
};

/**
 * @param {string} folder @param {string} name @param {string} version
 * @param {NodeJS.ProcessEnv} settings npm's, for this one install
 */
async function install(folder, name, version, settings) {
  await mkdir(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version } };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await runQuietly('npm', ['install', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { ...projectEnvironment(), ...settings },
  });
}

function nodeVersion() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return String(manifest.devDependencies.node);
}

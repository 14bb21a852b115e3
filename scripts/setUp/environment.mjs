import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';

/** What `npm run` says about this package, itself and its Node: an inner npm takes all of it for settings of its own. */
const OF_THE_OUTER_NPM =
  /^(npm_(lifecycle|package|command|execpath|node_execpath)|npm_config_(local_prefix|prefix|global_prefix|user_agent|npm_version|node_gyp)$|INIT_CWD$|NODE$)/;

/** @returns {NodeJS.ProcessEnv} the caller's environment as it was before `npm run` */
export function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OF_THE_OUTER_NPM.test(name)),
  );
}

/** @returns {NodeJS.ProcessEnv} the same with the project's Node and tools first on the PATH */
export function projectEnvironment() {
  const env = cleanEnvironment();
  const folders = [path.dirname(projectNode), path.join(root, 'node_modules/.bin'), env.PATH ?? ''];
  return { ...env, PATH: folders.join(path.delimiter) };
}

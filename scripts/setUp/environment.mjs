import path from 'node:path';
import { projectNode, root } from '../lib/paths.mjs';

/** @returns {NodeJS.ProcessEnv} the caller's environment without what `npm run` adds about this package */
export function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(lifecycle|package|command)|npm_config_(local_prefix|prefix)$|INIT_CWD$)/.test(
          name,
        ),
    ),
  );
}

/** @returns {NodeJS.ProcessEnv} the same with the project's Node and tools first on the PATH */
export function projectEnvironment() {
  const env = cleanEnvironment();
  const folders = [path.dirname(projectNode), path.join(root, 'node_modules/.bin'), env.PATH ?? ''];
  return { ...env, PATH: folders.join(path.delimiter) };
}

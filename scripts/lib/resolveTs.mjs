/**
 * `node --import` hook: lets Node run the project's TypeScript tools as they stand. Node strips the types by itself; the
 * project's relative imports carry no file extension, which Node needs.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(withExtension(specifier, context.parentURL), context);
    const isOwnSource = resolved.url.endsWith('.ts') && !resolved.url.includes('/node_modules/');
    return isOwnSource ? { ...resolved, format: 'module-typescript' } : resolved;
  },
});

/** @param {string} specifier @param {string | undefined} parent URL of the importing file */
function withExtension(specifier, parent) {
  if (!/^\.\.?\//.test(specifier) || !parent?.startsWith('file:')) return specifier;
  const url = new URL(`${specifier}.ts`, parent);
  return existsSync(fileURLToPath(url)) ? url.href : specifier;
}

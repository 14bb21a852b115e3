import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/paths.mjs';

/**
 * Compares package.json with package.nls.json and the files that it names.
 * @returns {string[]} one sentence per problem
 */
export function manifestProblems() {
  const manifest = read('package.json');
  const texts = read('package.nls.json');
  return [
    ...textProblems(manifest, texts),
    ...nameProblems(manifest.contributes),
    ...iconProblems(manifest),
  ];
}

/** @param {unknown} manifest @param {Record<string, string>} texts */
function textProblems(manifest, texts) {
  const used = new Set(
    [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(match => match[1]),
  );
  return [
    ...[...used].filter(key => !(key in texts)).map(key => `package.nls.json lacks ${key}.`),
    ...Object.keys(texts)
      .filter(key => !used.has(key))
      .map(key => `package.nls.json has ${key}, which nothing uses.`),
  ];
}

/** @param {any} contributes */
function nameProblems(contributes) {
  const settings = [contributes.configuration].flat().flatMap(part => Object.keys(part.properties));
  return [
    ...contributes.commands
      .filter(({ command }) => !/^tracker\.[a-zA-Z]+\.[a-zA-Z]+$/.test(command))
      .map(({ command }) => `The command ${command} is not named tracker.<noun>.<verb>.`),
    ...contributes.commands
      .filter(({ category }) => category !== contributes.commands[0].category)
      .map(({ command }) => `The command ${command} has another category than the rest.`),
    ...settings
      .filter(key => !key.startsWith('tracker.'))
      .map(key => `The setting ${key} does not start with tracker.`),
  ];
}

/** @param {unknown} manifest */
function iconProblems(manifest) {
  return [...JSON.stringify(manifest).matchAll(/"((?:\.\/)?media\/[^"]+)"/g)]
    .map(match => match[1] ?? '')
    .filter(file => !existsSync(path.join(root, file)))
    .map(file => `package.json names ${file}, which does not exist.`);
}

/** @param {string} file */
function read(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

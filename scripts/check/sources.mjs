import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { root } from '../lib/paths.mjs';

/** A source file that is longer than this has more than one subject. */
const longestFile = 400;
/** Beyond this it is told, not forbidden. */
const longFile = 300;

/** What one machine knows and another does not. Root's home is the same on all of them. */
const machineTexts = [`${root}/`, ...(homedir() === '/root' ? [] : [`${homedir()}/`])];
/** The host of the package registry that this machine uses, whatever its name. */
const registryHost = new URL(
  execFileSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8' }).trim(),
).host;

/** @returns {string[]} one sentence per problem of the tracked files' names, lengths and texts */
export function sourceProblems() {
  const files = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\0')
    .filter(file => file !== '' && existsSync(path.join(root, file)));
  const problems = files.flatMap(file => [...nameProblems(file), ...textProblems(file)]);
  return problems;
}

/** @param {string} file */
function nameProblems(file) {
  if (!/\.(ts|mjs)$/.test(file)) return [];
  const name = path.basename(file).replace(/\..*/, '');
  if (/^(utils?|helpers?|common|misc)$/i.test(name)) {
    return [`${file}: name it after what it has, not ${name}.`];
  }
  const allowed = file === 'test/vscode/suite/index.ts';
  return name === 'index' && !allowed
    ? [`${file}: import from the file that has it, not through an index.`]
    : [];
}

/** @param {string} file */
function textProblems(file) {
  // Pictures and data hold no such texts.
  if (/\.(png|ttf|gif|ico|gz|npy|db)$/.test(file)) return [];
  const text = readFileSync(path.join(root, file), 'utf8');
  return [
    ...machineTexts
      .filter(part => text.includes(part))
      .map(part => `${file} holds a path of one machine: ${part}`),
    ...(text.includes(registryHost) ? [`${file} names the package registry.`] : []),
    ...(path.basename(file) === 'package-lock.json' && text.includes('"resolved":')
      ? [
          `${file} says where packages were downloaded from: omit-lockfile-registry-resolved is off.`,
        ]
      : []),
    ...noticeProblems(file, text),
    ...lengthProblems(file, text),
  ];
}

/** @param {string} file @param {string} text */
function noticeProblems(file, text) {
  return file.startsWith('src/') &&
    file !== 'src/host/notifier.ts' &&
    /show(Information|Warning|Error)Message/.test(text)
    ? [`${file} shows a message: let the notifier (src/host/notifier.ts) do it.`]
    : [];
}

/** @param {string} file @param {string} text */
function lengthProblems(file, text) {
  if (!/^(src|webview|scripts)\/.*\.(ts|mjs|css)$/.test(file)) return [];
  const lines = text.split('\n').length - 1;
  if (lines > longestFile)
    return [`${file} has ${lines} lines: split it by subject (at most ${longestFile}).`];
  if (lines > longFile) console.log(`   note: ${file} has ${lines} lines`);
  return [];
}

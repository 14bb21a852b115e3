import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { runQuietly, say } from '../lib/progress.mjs';
import { findPython } from './pythonEnvironment.mjs';

/**
 * What the set-up needs from the system, by Debian's names.
 * @type {{ package: string, for: 'vscode' | 'browser' | 'python' | 'database' | 'java' | 'r', isThere: () => boolean }[]}
 */
const requirements = [
  {
    package: 'chromium',
    for: 'browser',
    isThere: () =>
      process.env.CHROMIUM_PATH !== undefined ||
      [
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
        '/Applications/Google Chrome.app',
      ].some(existsSync),
  },
  { package: 'fonts-dejavu-core', for: 'browser', isThere: hasFonts },
  { package: 'git', for: 'browser', isThere: () => answers('git', '--version') },
  {
    package: 'libkrb5-dev',
    for: 'vscode',
    isThere: () => process.platform !== 'linux' || existsSync('/usr/include/gssapi/gssapi.h'),
  },
  { package: 'make', for: 'vscode', isThere: () => answers('make', '--version') },
  { package: 'g++', for: 'vscode', isThere: () => answers('c++', '--version') },
  { package: 'python3', for: 'vscode', isThere: () => answers('python3', '--version') },
  { package: 'python3-venv', for: 'python', isThere: hasPython },
  { package: 'postgresql', for: 'database', isThere: hasPostgres },
  { package: 'mariadb-server', for: 'database', isThere: () => answers('mariadbd', '--version') },
  { package: 'default-jdk-headless', for: 'java', isThere: () => answers('javac', '-version') },
  { package: 'maven', for: 'java', isThere: () => answers('mvn', '--version') },
  { package: 'r-base-core', for: 'r', isThere: () => answers('Rscript', '--version') },
];

/**
 * @param {readonly string[]} purposes which of the requirements' `for` matter
 */
export function systemPackages(purposes) {
  const missing = () =>
    requirements.filter(({ for: purpose, isThere }) => purposes.includes(purpose) && !isThere());
  return {
    title: 'system packages',

    isDone() {
      return missing().length === 0;
    },

    async run() {
      const names = missing().map(requirement => requirement.package);
      const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
      if (!existsSync('/etc/debian_version')) {
        throw new Error(
          `This machine lacks, by Debian's names: ${names.join(', ')}. Install what corresponds to them here and run this again.`,
        );
      }
      if (process.getuid?.() !== 0) {
        throw new Error(
          `This machine lacks ${names.join(', ')}. Run this and start again:\n  sudo ${command}`,
        );
      }
      say(`         ${command}`);
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      await runQuietly('apt-get', ['update', '-qq'], { env });
      await runQuietly('apt-get', command.split(' ').slice(1), { env });
    },
  };
}

/** @param {string} command @param {string[]} args */
function answers(command, ...args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function hasFonts() {
  return process.platform !== 'linux' || existsSync('/usr/share/fonts/truetype');
}

/** Debian keeps the server of each release in a folder of its own, off the PATH. */
function hasPostgres() {
  const folder = '/usr/lib/postgresql';
  return (
    answers('postgres', '--version') ||
    (existsSync(folder) &&
      readdirSync(folder).some(release => existsSync(`${folder}/${release}/bin/initdb`)))
  );
}

/** Debian's python3 comes without what makes virtual environments. */
function hasPython() {
  try {
    return findPython() !== undefined;
  } catch {
    return false;
  }
}

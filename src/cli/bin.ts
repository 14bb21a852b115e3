#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * `dist/cli.js`: loads the program where Node is new enough for it, and otherwise goes on under the checkout's own Node or
 * says plainly what is needed. It stays CommonJS and tiny; the program beside it (`dist/cli/main.mjs`) is split into files
 * that are read when they are needed.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** The Node that a checkout of this project brings; a packaged extension runs in VS Code's. */
const projectNode = path.join(
  ...[__dirname, '..', 'node_modules', 'node', 'bin'],
  process.platform === 'win32' ? 'node.exe' : 'node',
);
/** Tells the inner process that its parent is only a door: without it there is nobody to work for. */
const BEHIND_LAUNCHER = 'MLFLOW_TRACKER_BEHIND_LAUNCHER';
const PARENT_CHECK_MS = 500;

if (major > 22 || (major === 22 && minor >= 15)) {
  hideSqliteWarning();
  if (process.env[BEHIND_LAUNCHER] !== undefined) {
    delete process.env[BEHIND_LAUNCHER];
    endWithParent();
  }
  // The program sets the exit code itself; a failure to load it ends the process with Node's own report.
  void import('./main');
} else if (existsSync(projectNode)) {
  goOnUnder(projectNode);
} else {
  process.stderr.write(
    `mlflow-tracker needs Node 22.15 or newer and this is ${process.versions.node}. ` +
      'Run it with a newer Node, or from the terminal of VS Code with the extension.\n',
  );
  process.exitCode = 1;
}

/** Node 22 calls `node:sqlite` experimental on each start, in the middle of the wrapped script's output. */
function hideSqliteWarning(): void {
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) {
      emit(warning, ...rest);
    }
  };
}

/** An inner process whose launcher was killed ends as if it had been asked to. */
function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(timer);
      process.kill(process.pid, 'SIGTERM');
    }
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** Runs this file again under another Node and ends as that process does. */
function goOnUnder(node: string): void {
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [BEHIND_LAUNCHER]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  }
  child.once('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

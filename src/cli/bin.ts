#!/usr/bin/env node
/**
 * `dist/cli.js`: says so plainly where Node is too old for the program, and loads it otherwise. It stays CommonJS and tiny;
 * the program beside it (`dist/cli/main.mjs`) is split into files that are read when they are needed.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 15)) {
  hideSqliteWarning();
  // The program sets the exit code itself; a failure to load it ends the process with Node's own report.
  void import('./main');
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

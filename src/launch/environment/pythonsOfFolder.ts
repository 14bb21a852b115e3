import path from 'node:path';

const EXECUTABLE =
  process.platform === 'win32' ? path.join('Scripts', 'python.exe') : path.join('bin', 'python');

/** The interpreters that scripts of a folder may be meant for, best first: its virtual environment, then the PATH. */
export const PYTHONS_OF_FOLDER: readonly string[] = [
  path.join('.venv', EXECUTABLE),
  path.join('venv', EXECUTABLE),
  'python3',
  'python',
];

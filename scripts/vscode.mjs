/**
 * Opens VS Code with this extension, to look at it or to drive it:
 *
 *   node scripts/vscode.mjs --folder DIR                      prints the address to open and stays until Ctrl-C
 *   node scripts/vscode.mjs --folder DIR --script FILE        calls FILE's `run(workbench)` (test/vscode/ui/workbench.ts) and ends
 *
 * Also: --copy (works on a temporary copy of DIR), --theme dark|light|highContrast, --size 1600x1000,
 * --setting KEY=JSON (repeatable), --ask-for-trust. FILE is TypeScript or JavaScript.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectNode, root } from './lib/paths.mjs';

const session = spawn(
  projectNode,
  [
    ...['--import', path.join(root, 'scripts/lib/resolveTs.mjs')],
    path.join(root, 'test/vscode/session.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
session.once('exit', code => (process.exitCode = code ?? 1));
// Ctrl-C reaches the session too, which closes VS Code; this process waits for it.
process.on('SIGINT', () => undefined);

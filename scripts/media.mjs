/** `npm run media`: takes the README's pictures anew, from the screens of the UI tests. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { projectNode, root } from './lib/paths.mjs';
import { runVisibly } from './lib/progress.mjs';

/** Picture in media/ → screen that test/vscode/ui saves. */
const pictures = {
  overview: 'overview-dark',
  sidebar: 'sidebar-dark',
  tracking: 'tracking-dark',
  problems: 'problems-dark',
  hover: 'hover-dark',
  histories: 'histories-wide-light',
  diff: 'diff-wide-light',
};

const test = path.join(root, 'scripts/test.mjs');
const code = await runVisibly(projectNode, [test, '--tier', 'ui', 'mainJob', 'tracking']);
if (code !== 0) process.exit(code);
for (const [picture, screen] of Object.entries(pictures)) {
  await copyFile(
    path.join(root, 'test-results/screens', `${screen}.png`),
    path.join(root, 'media', `${picture}.png`),
  );
  console.log(`media/${picture}.png`);
}

/** Upper bounds in bytes of minified code, design rule "how fast": what is read before a person sees something stays small. */
const budgets = [
  { what: 'activation', files: /^dist\/extension\.js$/, bytes: 250_000 },
  { what: 'command line entry', files: /^dist\/cli\.js$/, bytes: 10_000 },
  { what: 'client library', files: /^dist\/client\/index\.[cm]js$/, bytes: 150_000 },
  { what: 'lazily loaded part', files: /^dist\/client\/.*\.mjs$/, bytes: 1_300_000 },
  { what: 'webview', files: /^dist\/webview\/[^/]+\.js$/, bytes: 350_000 },
  { what: 'lazily loaded part', files: /^dist\/cli\/.*\.mjs$/, bytes: 1_100_000 },
];

/**
 * @param {import('esbuild').Metafile} metafile of a minified build
 * @returns {string[]} one sentence per broken rule
 */
export function problemsOf(metafile) {
  return Object.entries(metafile.outputs).flatMap(([file, output]) => [
    ...overBudget(file, output),
    ...undiciInHost(file, output),
  ]);
}

/** @param {string} file @param {import('esbuild').Metafile['outputs'][string]} output */
function overBudget(file, output) {
  const budget = budgets.find(({ files }) => files.test(file));
  if (!budget || output.bytes <= budget.bytes) return [];
  const largest = Object.entries(output.inputs)
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 8)
    .map(([input, { bytesInOutput }]) => `  ${kB(bytesInOutput)} ${input}`);
  return [
    `${file} has ${kB(output.bytes)}, a ${budget.what} may have ${kB(budget.bytes)}. ` +
      `Load the part that is not needed at once by import(). Largest inputs:\n${largest.join('\n')}`,
  ];
}

/** @param {string} file @param {import('esbuild').Metafile['outputs'][string]} output */
function undiciInHost(file, output) {
  if (file !== 'dist/extension.js') return [];
  return Object.keys(output.inputs)
    .filter(input => input.includes('node_modules/undici/'))
    .slice(0, 1)
    .map(
      input =>
        `${file} contains ${input}. Evaluating undici replaces the fetch of every extension in the host; ` +
        'use the host’s own fetch, and undici only in the server process.',
    );
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

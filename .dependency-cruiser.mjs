/**
 * The layers: what each folder may import of the others. A forbidden import fails `npm run check` with the reason and the way out.
 * The same table is in ARCHITECTURE.md.
 */
const layers = {
  'src/base': {
    may: [],
    instead: 'base is at the bottom: pass what it needs as an argument, or move the code up.',
  },
  'src/protocol': {
    may: [],
    instead: 'a message file has types and tiny codecs only; convert to them in src/host/panels.',
  },
  'src/tracking': {
    may: ['src/base'],
    instead:
      'the domain knows no transport and no store: declare a contract here and implement it outside.',
  },
  'src/wire': {
    may: ['src/base', 'src/tracking'],
    instead: 'wire only maps JSON to entities: do the work in its caller.',
  },
  'src/http': {
    may: ['src/base'],
    instead: 'the HTTP client knows no MLflow: interpret answers in its caller.',
  },
  'src/stores': {
    may: ['src/base', 'src/tracking', 'src/wire', 'src/http'],
    instead: 'a store is given what it needs by src/server or src/cli.',
  },
  'src/artifacts': {
    may: ['src/base', 'src/tracking', 'src/wire', 'src/http'],
    instead: 'a repository is given what it needs by src/server or src/cli.',
  },
  'src/server': {
    may: ['src/base', 'src/tracking', 'src/wire', 'src/artifacts'],
    instead: 'the server works on the TrackingStore contract: let src/cli hand the store in.',
  },
  'src/launch': {
    may: ['src/base', 'src/tracking'],
    instead: 'the launcher works on contracts: let src/cli hand the store and the server in.',
  },
  'src/client': {
    may: [
      ...['src/base', 'src/tracking', 'src/wire', 'src/http', 'src/stores', 'src/artifacts'],
      'src/launch',
    ],
    instead:
      'the library is a client: it serves nothing and knows neither the command nor VS Code.',
  },
  'src/cli': {
    mayNot: ['src/host', 'src/client'],
    instead: 'the command runs without VS Code: move what both need below them.',
  },
  'src/host': {
    mayNot: ['src/cli', 'src/client', 'src/stores/file', 'src/stores/sql'],
    instead: 'the host is a REST client: let the server process do it and ask src/stores/rest.',
  },
  webview: {
    may: ['src/protocol', 'src/base'],
    instead: 'a webview gets everything by message: add it to src/protocol.',
  },
};

/** Files beside the layers that build and register the host. */
const hostEntries = '^src/(extension|services)\\.ts$';

/** Folders whose subfolders may not know each other; `shared` is what they share. */
const siblings = ['src/stores', 'src/artifacts', 'webview'];

const layerRules = Object.entries(layers).map(([layer, { may, mayNot, instead }]) => ({
  name: `${layer.replace('src/', '')}-imports`,
  comment: may
    ? `${layer} may import ${may.length > 0 ? may.join(', ') : 'no other layer'}: ${instead}`
    : `${layer} may not import ${mayNot?.join(', ')}: ${instead}`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: may
    ? { path: '^(src|webview)/', pathNot: [layer, ...may].map(folder => `^${folder}/`) }
    : { path: mayNot?.map(folder => `^${folder}/`) },
}));

const siblingRules = siblings.map(folder => ({
  name: `${folder.replace('src/', '')}-siblings`,
  comment: `The folders in ${folder} do not know each other: move what two of them need to the layer below, or to ${folder}/shared.`,
  severity: 'error',
  from: { path: `^${folder}/([^/]+)/`, pathNot: `^${folder}/shared/` },
  to: { path: `^${folder}/[^/]+/`, pathNot: [`^${folder}/$1/`, `^${folder}/shared/`] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    ...layerRules,
    ...siblingRules,
    {
      name: 'entries-are-hosts',
      comment:
        'extension.ts and services.ts may import what src/host may: let the server process work on stores and ask it.',
      severity: 'error',
      from: { path: hostEntries },
      to: { path: ['^src/cli/', '^src/stores/(file|sql)/'] },
    },
    {
      name: 'nothing-imports-entries',
      comment:
        'Only src/host may use services.ts, and nothing the entry: pass what is needed to the constructor.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: ['^src/host/', hostEntries] },
      to: { path: hostEntries },
    },
    {
      name: 'vscode-in-host-only',
      comment:
        'Only src/host, extension.ts and services.ts may import vscode: declare an interface here and implement it in src/host.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: ['^src/host/', hostEntries] },
      to: { path: ['^vscode$', '(^|/)@types/vscode/'] },
    },
    {
      name: 'no-undici-in-host',
      comment:
        'undici replaces the fetch of every extension: use the host’s fetch, and undici only below src/cli.',
      severity: 'error',
      from: { path: ['^src/host/', hostEntries] },
      to: { path: '(^|/)undici(/|$)' },
    },
    {
      name: 'product-without-tests',
      comment: 'What runs may not import from test or scripts: move the shared part into src.',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-node-in-webview',
      comment: 'A webview runs in a browser: ask the host by message.',
      severity: 'error',
      from: { path: ['^webview/', '^src/protocol/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-barrels',
      comment: 'There are no files that only pass on: import from the file that has it.',
      severity: 'error',
      from: {},
      to: { path: '^(src|webview|test)/.*index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one thing or three: move the common part to a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

export default configuration;

import { requests } from './r/requests';

/** The R client's functions in the recorded requests. */
const calls = [...new Set(requests.map(({ call }) => `\`${call.replace(/\W.*/, '')}\``))];

/** The part of `docs/clients.md` about clients that are not Python's. */
export const OTHER_CLIENTS = `## Java

\`org.mlflow:mlflow-client\` 2.17.2, the newest on Maven Central, as one program (\`test/clients/java/Session.java\`) in \`npm test\`:
over SQLite with a bearer token, over files with a user and password. Our store read directly must hold what the program wrote.

| | |
| --- | --- |
| experiments | create (with tags too), get, by name, search page by page, tag, rename, delete, restore |
| runs | create, params, metrics (NaN, ∞, int64 steps and times), tags, \`logBatch\`, \`setTerminated\`, delete, restore, \`MlflowContext\` and \`ActiveRun\` with children and failures |
| reading | \`getRun\`, \`getMetricHistory\`, \`searchRuns\` in all its forms, \`RunsPage\` |
| artifacts | log, list, download: the client starts \`python -m mlflow\` of MLflow 3 for them |
| refusals | status and MLflow's error code of a changed param, a bad key, an unknown run, a taken name, a bad filter |
| not run | the model registry: not served here |

This client takes nothing but \`MLFLOW_TRACKING_URI\` from the environment. A server that asks for a token wants it in code
(\`new MlflowClient(new BasicMlflowHostCreds(uri, token))\`) or in the URI (\`http://anybody:TOKEN@host\`).

## R

R is not needed: the requests of MLflow's R client (2.x and 3.x) are replayed in \`npm test\` over SQLite and files, with the answers
that the client reads (\`test/clients/r/requests.ts\`). Their texts were recorded from R 4.2.2 with httr 1.4.5 and jsonlite 1.8.4: every
scalar is text, a round number such as 100000 is \`1e+05\`, a round time \`1.7e+12\`; NULL and empty lists are left out; runs are named
twice. Artifacts go through the \`mlflow\` command of Python. In this order:
${calls.join(', ')}.

## TypeScript and JavaScript

Our own [client library](client.md). The store contract runs against the built package, and the package is packed, installed,
type-checked and run on Node 20 and 24, as ES module and as CommonJS, over HTTP, folders and SQLite; it also logs to \`mlflow server\` itself.
`;

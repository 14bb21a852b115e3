import { OTHER_CLIENTS } from './otherClients';
import { SESSION_STORES, type SessionStore } from './sessionCases';
import { SESSION_MATRIX } from './sessionMatrix';
import { titleOf, topicsOf, TOPIC_NAMES } from './topics';

const STORE_NAMES: Readonly<Record<SessionStore, string>> = {
  file: 'files',
  sqlite: 'SQLite',
  postgresql: 'PostgreSQL',
  mariadb: 'MariaDB',
};

/** `docs/clients.md`: what the tests run with which client, made from what the tests themselves go by. */
export function clientsPage(): string {
  return `# Clients

Which clients the tests run against \`mlflow-tracker server\`, over which stores, and what they do there. This page is made
from the lists that the tests go by and is compared with them by \`npm test\`; \`npx vitest run --project clients clientsPage -u\`
writes it again. ✓ runs in \`npm test\` and in \`npm run test:clients\`, ○ in \`npm run test:clients\` only, – means that this client
does not have it.

## Python

Each MLflow is the real one from PyPI, with its pinned packages in an environment of its own; 3.18.0, some packages of which
are not there yet, runs on those of 3.17.2. Requests are not tried again: the client's retries are switched off, so that one
that would need it fails the test. Afterwards the client, our store read directly and, for files and SQLite, MLflow itself on
the same store must say the same.

${table(
  ['MLflow', ...SESSION_STORES.map(store => STORE_NAMES[store])],
  SESSION_MATRIX.map(({ environment, short }) => [
    environment.version,
    ...SESSION_STORES.map(store => (short.includes(store) ? '✓' : '○')),
  ]),
)}

What the session does, in this order, by release:

${table(
  ['', ...SESSION_MATRIX.map(({ environment }) => environment.version)],
  TOPIC_NAMES.map(topic => [
    titleOf(topic),
    ...SESSION_MATRIX.map(({ environment, short }) =>
      topicsOf(environment).includes(topic) ? (short.length > 0 ? '✓' : '○') : '–',
    ),
  ]),
)}

After it 8 processes with 4 threads each log to one experiment, to runs of their own and to one that all share; every write
that was acknowledged must be there. The session must also have called every public function of MLflow's client that belongs
to tracking; \`test/clients/python/session/calls.py\` lists what does not.

${OTHER_CLIENTS}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, column) => (column === 0 ? '---' : ':-:')), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n');
}

import { describe, expect, it, vi } from 'vitest';

import type { Logger } from '../../src/base/logger';
import { openStore } from '../../src/stores/openStore';
import { TrackingError } from '../../src/tracking/trackingError';
import { TRACKER_API } from '../../src/wire/trackerApi';
import type { TrackingStore } from '../../src/tracking/trackingStore';
import { asRecord, expectRefusal, newExperiment, newRun, point } from './expectations';
import { serve } from './servedStore';
import { mariadbSubject, postgresSubject, type ServerSubject } from './serverSubjects';
import { fileSubject } from './fileSubjects';
import { sameModelSearch } from './sameModelSearch';
import { sameSearch } from './sameSearch';

/** Keeps everything that the store says, to look for what it must not say. */
function listeningLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  return { lines, debug: note, info: note, warn: note, error: note };
}

function open(uri: string, createSchemaFor?: string): Promise<TrackingStore> {
  return openStore(uri, { logger: listeningLogger(), workingDir: '/tmp', createSchemaFor });
}

async function reasonOf(opening: Promise<unknown>): Promise<TrackingError> {
  try {
    await opening;
  } catch (error) {
    if (TrackingError.is(error)) {
      return error;
    }
    throw error;
  }
  throw new Error('It opened');
}

/** What is true of database servers and of no other kind of store. */
function serverContract(subject: ServerSubject): void {
  describe(subject.name, () => {
    it('goes on after its server has crashed and come back', async () => {
      const backend = await subject.open();
      try {
        const { store } = backend;
        const { runId } = (await newRun(store)).info;
        // Several connections, all of which the crash breaks.
        await Promise.all(
          [1, 2, 3, 4].map(step => store.logMetric(runId, point('m', step, { step }))),
        );
        await subject.server().restart();
        expect((await store.getRun(runId)).data.metrics[0]).toMatchObject({ step: 4 });
        await subject.server().restart();
        await store.logMetric(runId, point('m', 5, { step: 5 }));
        expect([...(await store.getMetricColumns(runId, 'm')).steps]).toEqual([1, 2, 3, 4, 5]);
      } finally {
        await backend.close();
      }
    });

    it('opens new connections when its own were ended, idle and in use', async () => {
      const backend = await subject.open();
      try {
        const { store } = backend;
        const database = /\w+$/.exec(backend.uri)?.[0] ?? '';
        const { runId } = (await newRun(store)).info;
        let step = 0;
        const several = () =>
          Promise.all(
            [1, 2, 3, 4].map(() => store.logMetric(runId, point('m', 1, { step: (step += 1) }))),
          );
        await several();
        await subject.server().endConnections(database);
        await several();
        const reading = Promise.all(Array.from({ length: 100 }, () => store.getRun(runId)));
        await subject.server().endConnections(database);
        expect(await reading).toHaveLength(100);
        await several();
        expect((await store.getMetricColumns(runId, 'm')).steps).toHaveLength(12);
      } finally {
        await backend.close();
      }
    });

    it('loses nothing that it has acknowledged when its server crashes, and stores no half batch', async () => {
      const backend = await subject.open();
      try {
        const { store } = backend;
        const { runId } = (await newRun(store)).info;
        const acknowledged: number[] = [];
        const over = new AbortController();
        const writing = (async () => {
          for (let step = 1; !over.signal.aborted; step += 1) {
            try {
              await store.logBatch(runId, {
                metrics: [point('a', step, { step }), point('b', step, { step })],
              });
              acknowledged.push(step);
            } catch (error) {
              expect(error).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
            }
          }
        })();
        await new Promise(resolve => setTimeout(resolve, 300));
        await subject.server().restart();
        await new Promise(resolve => setTimeout(resolve, 300));
        over.abort();
        await writing;
        const a = await store.getMetricColumns(runId, 'a');
        const b = await store.getMetricColumns(runId, 'b');
        expect(a.steps).toEqual(b.steps);
        const stored = new Set(a.steps);
        expect(acknowledged.filter(step => !stored.has(step))).toEqual([]);
        expect(acknowledged.length).toBeGreaterThan(10);
      } finally {
        await backend.close();
      }
    });

    it('tells what is wrong with a URI, never with its password', async () => {
      const backend = await subject.open();
      try {
        const secret = /:\/\/[^:]+:([^@]+)@/.exec(backend.uri)?.[1] ?? '';
        const wrongPassword = await reasonOf(open(backend.uri.replace(secret, 'wr0ng-secret')));
        expect(wrongPassword).toMatchObject({ code: 'PERMISSION_DENIED' });
        const noDatabase = await reasonOf(open(backend.uri.replace(/\w+$/, 'not_there')));
        expect(noDatabase).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
        expect(noDatabase.message).toContain('not_there');
        const refused = await reasonOf(open(backend.uri.replace(/:\d+\//, ':1/')));
        expect(refused).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
        expect(refused.message).toContain('start the server');
        const tls =
          subject.kind === 'mysql' ? '?ssl=true&ssl_verify_cert=true' : '?sslmode=require';
        const noTls = await reasonOf(open(`${backend.uri}${tls}`));
        expect(noTls).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
        const status = await backend.store.getStatus();
        expect(status.uri).toContain('***');
        for (const text of [wrongPassword, noDatabase, refused, noTls].map(each => each.message)) {
          expect(text).not.toContain('wr0ng-secret');
        }
        for (const text of [noDatabase.message, refused.message, noTls.message, status.uri]) {
          expect(text).not.toContain(secret);
          expect(text).not.toContain(decodeURIComponent(secret));
        }
      } finally {
        await backend.close();
      }
    });

    it('says its password nowhere: not in what it logs, answers or shows', async () => {
      const backend = await subject.open();
      const server = subject.server();
      const database = /\w+$/.exec(backend.uri)?.[0] ?? '';
      const secret = /:\/\/[^:]+:([^@]+)@/.exec(backend.uri)?.[1] ?? '';
      const logger = listeningLogger();
      const store = await openStore(backend.uri, { logger, workingDir: backend.path });
      const served = await serve(store, { folder: backend.path, logger });
      const said: string[] = [];
      const ask = async (path: string): Promise<number> => {
        const answer = await fetch(`${served.url}${path}`);
        said.push(await answer.text(), JSON.stringify([...answer.headers]));
        return answer.status;
      };
      // Whoever listens has the tags of running runs looked at, which fails below and is logged.
      await newRun(store);
      const stop = store.onDidChange(() => undefined);
      try {
        expect(await ask('/health')).toBe(200);
        expect(await ask(`${TRACKER_API}/status`)).toBe(200);
        await server.execute(database, 'ALTER TABLE tags RENAME TO moved');
        await server.endConnections(database);
        expect(await ask(`/api/2.0/mlflow/runs/get?run_id=${'0'.repeat(32)}`)).not.toBe(200);
        await ask('/health');
        said.push(JSON.stringify(await store.getStatus()));
        await vi.waitFor(() => expect(logger.lines).not.toEqual([]), 20_000);
      } finally {
        stop.dispose();
        await served.close();
        await store.close();
        await server.execute(database, 'ALTER TABLE moved RENAME TO tags');
        await backend.close();
      }
      for (const text of [...logger.lines, ...said]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(decodeURIComponent(secret));
      }
    });

    it('gives an experiment name to one of many that ask at the same time', async () => {
      const backend = await subject.open();
      try {
        const stores = [backend.store, await backend.openAnother()];
        const answers = await Promise.allSettled(
          Array.from({ length: 12 }, (_, i) =>
            (stores[i % 2] ?? backend.store).createExperiment({ name: 'contested' }),
          ),
        );
        expect(answers.filter(answer => answer.status === 'fulfilled')).toHaveLength(1);
        for (const answer of answers) {
          if (answer.status === 'rejected') {
            expect(answer.reason).toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
          }
        }
      } finally {
        await backend.close();
      }
    });

    it('keeps the latest point whatever the order in which writers come', async () => {
      const backend = await subject.open();
      try {
        const stores = [backend.store, await backend.openAnother()];
        const { runId } = (await newRun(backend.store)).info;
        const steps = Array.from({ length: 40 }, (_, i) => (i * 17) % 40);
        await Promise.all(
          steps.map((step, i) =>
            (stores[i % 2] ?? backend.store).logBatch(runId, {
              metrics: ['a', 'b', 'c'].map(key => point(key, step === 39 ? NaN : step, { step })),
              tags: [{ key: 'last', value: `${step}` }],
            }),
          ),
        );
        const { data } = await backend.store.getRun(runId);
        expect(data.metrics.map(({ key, step, value }) => [key, step, value])).toEqual(
          ['a', 'b', 'c'].map(key => [key, 39, NaN]),
        );
      } finally {
        await backend.close();
      }
    });

    it('works on the schema of an older MLflow, and only reads one that it does not know', async () => {
      const backend = await subject.open();
      const name = 'older_schema';
      const server = subject.server();
      try {
        await server.administer(`CREATE DATABASE ${name}`);
        const older = await open(server.uriOf(name), '2.22.5');
        expect((await older.getStatus()).schemaRevision).toBe('0584bdc529eb');
        const experimentId = await newExperiment(older);
        const { runId } = (await older.createRun({ experimentId })).info;
        await older.logBatch(runId, {
          metrics: [point('m', Infinity), point('n', NaN)],
          params: [{ key: 'p', value: 'v' }],
        });
        expect(asRecord((await older.getRun(runId)).data.params)).toEqual({ p: 'v' });
        const [first] = (
          await older.searchExperiments({ maxResults: 10, orderBy: ['experiment_id'] })
        ).items;
        expect(first).toMatchObject({ experimentId: '0', name: 'Default' });
        await expectRefusal(older.createLoggedModel({ experimentId }), 'NOT_IMPLEMENTED');

        await server.execute(name, "UPDATE alembic_version SET version_num = 'ffffffffffff'");
        await older.close();
        const unknown = await open(server.uriOf(name));
        expect(await unknown.getStatus()).toMatchObject({ writable: false });
        expect((await unknown.getRun(runId)).data.params).toHaveLength(1);
        await expectRefusal(unknown.logMetric(runId, point('m', 1)), 'PERMISSION_DENIED');
        await unknown.close();

        const tooOld = reasonOf(open(await emptyDatabase(server), '1.30.0'));
        expect((await tooOld).message).toContain('run `mlflow server` on it once');
      } finally {
        await backend.close();
        await server.administer(`DROP DATABASE ${name}`);
      }
    });

    it('leaves a database of something else alone', async () => {
      const server = subject.server();
      const name = 'something_else';
      await server.administer(`CREATE DATABASE ${name}`);
      await server.execute(name, 'CREATE TABLE customers (id integer)');
      const { code, message } = await reasonOf(open(server.uriOf(name)));
      expect(code).toBe('INVALID_PARAMETER_VALUE');
      expect(message).toContain('no tracking tables of MLflow');
      await server.administer(`DROP DATABASE ${name}`);
    });
  });
  sameSearch([fileSubject, subject]);
  sameModelSearch(fileSubject, subject);
}

async function emptyDatabase(server: ReturnType<ServerSubject['server']>): Promise<string> {
  await server.administer('CREATE DATABASE still_empty');
  return server.uriOf('still_empty');
}

serverContract(postgresSubject());
serverContract(mariadbSubject());

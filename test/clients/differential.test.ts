import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { serve } from '../contract/servedStore';
import { DEVIATIONS, type Deviation } from './differential/deviations';
import { makeSubjects } from './differential/makeSubjects';
import { normalise, type Normalised } from './differential/normalise';
import { requestTable } from './differential/requestTable';
import { sendCase } from './differential/sendCase';
import { mlflow3 } from './mlflowEnvironments';
import { startMlflowServer } from './mlflowServer';
import { openOurs, STORE_KINDS, uriIn, type StoreKind } from './storeKinds';
import { inTemporaryFolder } from './temporaryFolder';

type Answers = ReadonlyMap<string, Normalised>;

/** The same table of requests, good and bad, to `mlflow server` and to ours: status, code and content must agree. */
describe.each(STORE_KINDS)('every request to a store of kind %s', kind => {
  it('is answered as by mlflow server', async () => {
    const [theirs, ours] = [await answersOfMlflow(kind), await answersOfOurs(kind)];
    const unexpected = [...ours].flatMap(([name, our]) => {
      const their = theirs.get(name);
      return their === undefined || agree(name, their, our, kind)
        ? []
        : [`${name}\n  mlflow ${JSON.stringify(their)}\n  ours   ${JSON.stringify(our)}`];
    });
    expect(unexpected.join('\n')).toBe('');
    expect(ours.size).toBeGreaterThan(400);
  });
});

function agree(name: string, theirs: Normalised, ours: Normalised, kind: StoreKind): boolean {
  const isSame = JSON.stringify(theirs) === JSON.stringify(ours);
  const deviation = deviationOf(name, kind);
  if (deviation !== undefined) {
    // One that has become none must leave the table.
    return !isSame && ours.status === deviation.status && ours.code === deviation.code;
  }
  if (theirs.status >= 500 && !isSame) {
    return isClientError(ours) || (theirs.status === 501 && ours.status === 501);
  }
  if (theirs.status === 405) {
    return ours.status === 404 && ours.code === 'ENDPOINT_NOT_FOUND';
  }
  const isPage = theirs.code?.startsWith('<') === true;
  return isSame || (isPage && isClientError(ours) && ours.status === theirs.status);
}

function deviationOf(name: string, kind: StoreKind): Deviation | undefined {
  return DEVIATIONS.find(({ cases, store = kind }) => cases.includes(name) && store === kind);
}

function isClientError({ status, code }: Normalised): boolean {
  return status >= 400 && status < 500 && code !== undefined && /^[A-Z_]+$/.test(code);
}

function answersOfMlflow(kind: StoreKind): Promise<Answers> {
  return inTemporaryFolder(async folder => {
    const artifacts = join(folder, 'artifacts');
    await mkdir(artifacts);
    const server = await startMlflowServer(mlflow3, {
      backendUri: uriIn(folder, kind),
      folder: artifacts,
    });
    try {
      return await answersOf(server.url, folder);
    } finally {
      await server.close();
    }
  });
}

function answersOfOurs(kind: StoreKind): Promise<Answers> {
  return inTemporaryFolder(async folder => {
    const store = await openOurs(uriIn(folder, kind), mlflow3, folder, 'mlflow-artifacts:/');
    const server = await serve(store, { folder });
    try {
      return await answersOf(server.url, folder);
    } finally {
      await server.close();
      await store.close();
    }
  });
}

async function answersOf(url: string, folder: string): Promise<Answers> {
  const subjects = await makeSubjects(url);
  const answers = new Map<string, Normalised>();
  for (const request of requestTable(subjects)) {
    expect(answers.has(request.name), request.name).toBe(false);
    answers.set(
      request.name,
      normalise(await sendCase(url, request), { subjects, folder, request }),
    );
  }
  return answers;
}

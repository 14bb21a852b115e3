import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/contributions';
import type { FailureKind } from '../../../src/host/store/storeFailure';
import { eventually, experimentRow, rowsOf } from './support/extension';
import { OtherProcess } from './support/otherProcess';
import { Suite } from './support/suite';

describe('The tracking URI', () => {
  const suite = new Suite();

  async function failureOf(uri: string): Promise<{ kind: FailureKind; message: string }> {
    const { services } = suite;
    await services.settings.setTrackingUri(uri);
    await eventually('the new setting', () => services.settings.trackingUri === uri);
    await assert.rejects(async () => services.getClient());
    return eventually('a failure', () =>
      services.connection.state.kind === 'failed' ? services.connection.state.failure : undefined,
    );
  }

  async function withServer(listener: RequestListener, use: (url: string) => Promise<void>) {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('changes what the view shows, without a reload', async () => {
    const stores = ['one', 'two'].map(name => path.join(suite.folder, name, 'mlruns'));
    for (const [index, uri] of stores.entries()) {
      await using script = await OtherProcess.on(uri);
      await script.store.createExperiment({ name: `experiment of store ${index}` });
    }
    for (const [index, uri] of stores.entries()) {
      await suite.openStore(uri);
      await experimentRow(suite.extension, `experiment of store ${index}`);
      const names = (await rowsOf(suite.extension)).map(node =>
        node.kind === 'experiment' ? node.experiment.name : '',
      );
      assert.ok(!names.includes(`experiment of store ${1 - index}`));
    }
  });

  it('of a tracking server shows that server', async () => {
    await using remote = await OtherProcess.on(path.join(suite.folder, 'remote', 'mlruns'));
    await remote.store.createExperiment({ name: 'far away' });
    await suite.openStore(remote.url);
    await experimentRow(suite.extension, 'far away');
    const { state } = suite.services.connection;
    assert.ok(state.kind === 'open');
    assert.equal(state.status.kind, 'rest');
    assert.ok(state.status.webUrl);
  });

  it('with nothing listening fails in plain words, and the view shows why', async () => {
    let closed = '';
    await withServer(
      () => undefined,
      async url => {
        closed = url;
      },
    );
    const failure = await failureOf(closed);
    assert.equal(failure.kind, 'network');
    assert.match(failure.message, /Nothing listens at 127\.0\.0\.1:\d+/);
    assert.deepEqual(await rowsOf(suite.extension), []);
  });

  it('of a database that cannot answer for a while says why in the view, and shows it again by itself', async () => {
    const file = path.join(suite.folder, `away-${Date.now()}.db`);
    const uri = `sqlite:///${file}`;
    await using script = await OtherProcess.on(uri);
    await script.store.createExperiment({ name: 'away for a while' });
    await suite.openStore(uri);
    await experimentRow(suite.extension, 'away for a while');
    const [content, inTheWay] = [await readFile(file), 'in the way of the database'];
    await writeFile(file, inTheWay);
    try {
      await vscode.commands.executeCommand(COMMANDS.refresh);
      const note = await eventually('the reason', async () => {
        const [first] = await rowsOf(suite.extension);
        return first?.kind === 'note' ? first : undefined;
      });
      assert.match(note.message ?? '', /away-\d+\.db is not a SQLite database/);
      assert.equal(suite.services.connection.state.kind, 'open');
    } finally {
      await writeFile(file, content);
    }
    // Nobody asks for it: the view does.
    const asked = new Promise(resolve => {
      suite.extension.experiments.provider.onDidChangeTreeData(resolve);
    });
    await asked;
    await experimentRow(suite.extension, 'away for a while');
  });

  it('of something that is no tracking server says so', async () => {
    await withServer(
      (_request, response) => response.end('<html>hello</html>'),
      async url => {
        assert.equal((await failureOf(url)).kind, 'notTrackingServer');
      },
    );
  });

  it('of a server that wants credentials asks for them, and opens once they are given', async () => {
    await using remote = await OtherProcess.on(path.join(suite.folder, 'guarded', 'mlruns'));
    await remote.store.createExperiment({ name: 'guarded' });
    const expected = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    const guard: RequestListener = (request, response) => {
      if (request.headers.authorization !== expected) {
        response.writeHead(401).end();
        return;
      }
      const body = request.method === 'GET' ? undefined : request;
      fetch(`${remote.url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: body as unknown as ReadableStream, duplex: 'half' } : {}),
      })
        .then(async answer => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => response.destroy());
    };
    await withServer(guard, async url => {
      const { credentials, connection } = suite.services;
      assert.equal((await failureOf(url)).kind, 'unauthenticated');
      await credentials.set(url, { kind: 'basic', username: 'ada', password: 'secret' });
      await eventually('the store to open', () => connection.state.kind === 'open');
      await experimentRow(suite.extension, 'guarded');
      await credentials.forget(url);
      await eventually('the refusal', () => connection.state.kind === 'failed');
    });
  });

  it('of a folder that is not there says so', async () => {
    const failure = await failureOf(path.join(suite.folder, 'gone', 'mlruns'));
    assert.equal(failure.kind, 'notFound');
    assert.match(failure.message, /gone/);
  });

  it('of a file that is no database says so', async () => {
    await mkdir(path.join(suite.folder, 'text'), { recursive: true });
    const file = path.join(suite.folder, 'text', 'notes.db');
    await writeFile(
      file,
      'These are notes and no database, although the name says so. '.repeat(40),
    );
    const failure = await failureOf(`sqlite:///${file}`);
    assert.ok(['unreadable', 'notFound'].includes(failure.kind), failure.kind);
    assert.match(failure.message, /database/i);
  });

  it('recovers when its server dies', async function () {
    if (process.platform === 'win32') {
      // There is no pgrep to find the server's process with.
      this.skip();
    }
    const uri = path.join(suite.folder, 'one', 'mlruns');
    await suite.openStore(uri);
    const before = await suite.services.getClient();
    const server = await eventually('one server for this window', () => {
      const found = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'cli.js server'])
        .toString()
        .trim()
        .split('\n');
      return found.length === 1 && Number(found[0]);
    });
    process.kill(server, 'SIGKILL');
    await eventually('another server', async () => {
      const client = await suite.services.getClient();
      return client !== before && (await client.searchExperiments({ maxResults: 1 }));
    });
  });

  it('of a folder that comes later opens it then', async () => {
    const late = path.join(suite.folder, 'late', 'mlruns');
    await failureOf(late);
    await using script = await OtherProcess.on(late);
    await script.store.createExperiment({ name: 'made by a script' });
    await eventually('the store', () => suite.services.connection.state.kind === 'open');
    await experimentRow(suite.extension, 'made by a script');
  });

  it('refresh tries again to reach a server that did not answer', async () => {
    await using remote = await OtherProcess.on(path.join(suite.folder, 'one', 'mlruns'));
    let answers = false;
    const sometimes: RequestListener = (request, response) => {
      if (!answers) {
        response.writeHead(500).end();
        return;
      }
      fetch(`${remote.url}${request.url}`)
        .then(async answer => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => response.destroy());
    };
    await withServer(sometimes, async url => {
      assert.equal((await failureOf(url)).kind, 'network');
      answers = true;
      await vscode.commands.executeCommand(COMMANDS.refresh);
      await eventually('the store', () => suite.services.connection.state.kind === 'open');
    });
  });
});

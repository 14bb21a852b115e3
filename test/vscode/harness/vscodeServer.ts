import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectNode, projectRoot, vscodeServerRoot } from './projectPaths';

export type Settings = Record<string, unknown>;

export interface VscodeServerOptions {
  readonly settings?: Settings;
  /** `true` asks about trust as a user's VS Code does; by default every folder is trusted. */
  readonly askForTrust?: boolean;
  /** Added to the environment of the server and so of the extension host and its terminals. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folders of further extensions to load beside the one under test. */
  readonly extensions?: readonly string[];
}

/** Settings that take everything out of the picture that is not the extension's. */
const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'window.dialogStyle': 'custom',
  'files.simpleDialog.enable': true,
  'terminal.integrated.gpuAcceleration': 'off',
};

/** Longest time for the extension host to come up, ms. */
const bridgePatienceMs = 20_000;

/** A VS Code server with a profile of its own that lasts as long as this object. */
export class VscodeServer {
  readonly #child: ReturnType<typeof spawn>;
  readonly #profile: string;
  /** `127.0.0.1:PORT`, also the authority in `vscode-remote:` addresses. */
  readonly authority: string;

  private constructor(child: ReturnType<typeof spawn>, authority: string, profile: string) {
    this.#child = child;
    this.authority = authority;
    this.#profile = profile;
  }

  /** Starts the server on a free port and resolves when it answers. */
  static async start(options: VscodeServerOptions = {}): Promise<VscodeServer> {
    const main = path.join(vscodeServerRoot, 'out/server-main.js');
    if (!existsSync(main)) {
      throw new Error('VS Code for tests is not set up. Run: node scripts/setUp.mjs');
    }
    const profile = await mkdtemp(path.join(tmpdir(), 'tracker-vscode-'));
    await writeSettings(profile, { ...quietSettings, ...options.settings });
    await symlink(projectRoot, extensionLink(profile), 'dir');
    await cp(
      path.join(import.meta.dirname, 'settingsBridge'),
      path.join(profile, 'extensions/mlflow-tracker-tests.settings-bridge-0.0.1'),
      { recursive: true },
    );
    for (const folder of options.extensions ?? []) {
      // Copied: an extension that asks who calls it compares paths, and a link has two.
      const target = path.join(profile, 'extensions', path.basename(folder));
      await cp(folder, target, { recursive: true });
    }
    const child = spawn(projectNode, [main, ...serverArguments(profile, options)], {
      cwd: projectRoot,
      env: {
        ...environment(),
        TRACKER_TEST_SETTINGS_SOCKET: bridgeSocket(profile),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new VscodeServer(child, await listeningAuthority(child), profile);
  }

  /**
   * The page that shows `folder` with the extension of this project loaded from its sources.
   * @param testsPath the mocha suite's entry file to run in the extension host
   */
  address(folder: string, testsPath?: string): string {
    const remote = (file: string) => `vscode-remote://${this.authority}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extensionLink(this.#profile))],
      ...(testsPath === undefined ? [] : [['extensionTestsPath', remote(testsPath)]]),
      ['skipWelcome', 'true'],
    ];
    const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
    return `http://${this.authority}/?${query.toString()}`;
  }

  /** Changes the user's settings while VS Code shows a folder; a value of undefined takes the setting out. */
  async changeSettings(changes: Settings): Promise<void> {
    const deadline = Date.now() + bridgePatienceMs;
    for (;;) {
      try {
        await askBridge(bridgeSocket(this.#profile), changes);
        return;
      } catch (error) {
        // The bridge comes up with the extension host, some time after the window.
        const notYet = (error as NodeJS.ErrnoException).code;
        if ((notYet !== 'ENOENT' && notYet !== 'ECONNREFUSED') || Date.now() > deadline)
          throw error;
        await sleep(100);
      }
    }
  }

  /** Where VS Code's own logs and the extension's output channels are written. */
  get logs(): string {
    return path.join(this.#profile, 'data/logs');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null) {
      const ended = new Promise<void>(resolve => this.#child.once('exit', () => resolve()));
      // The whole group: the extension host and the terminals are children of the server.
      process.kill(-pid, 'SIGTERM');
      const killer = setTimeout(() => process.kill(-pid, 'SIGKILL'), 5_000);
      await ended;
      clearTimeout(killer);
    }
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/**
 * The project by another path. VS Code takes the first theme that it finds below the extension under development, and by
 * its own path the project holds a whole VS Code with all its themes.
 */
function extensionLink(profile: string): string {
  return path.join(profile, 'extension');
}

function bridgeSocket(profile: string): string {
  return path.join(profile, 'settings.sock');
}

function askBridge(socketPath: string, changes: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method: 'POST' }, response => {
      text(response).then(answer => {
        if (response.statusCode === 204) resolve();
        else reject(new Error(`VS Code did not change the settings: ${answer}`));
      }, reject);
    });
    asked.once('error', reject);
    asked.end(JSON.stringify(changes, (_key, value: unknown) => value ?? null));
  });
}

function serverArguments(profile: string, options: VscodeServerOptions): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', '0'],
    '--without-connection-token',
    '--accept-server-license-terms',
    '--enable-smoke-test-driver',
    '--disable-telemetry',
    ...(options.askForTrust === true ? [] : ['--disable-workspace-trust']),
    ...['--server-data-dir', profile],
    ...['--extensions-dir', path.join(profile, 'extensions')],
  ];
}

/** The caller's environment without what would make VS Code or MLflow behave differently on this machine. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(MLFLOW_|VSCODE_|VITEST|NODE_OPTIONS$|NODE_ENV$|npm_)/.test(name),
    ),
  );
}

/** To a window in the browser this machine is a remote one: settings with the scope "machine" are read from a file of their own. */
async function writeSettings(profile: string, settings: Settings): Promise<void> {
  for (const kind of ['User', 'Machine']) {
    const folder = path.join(profile, 'data', kind);
    await mkdir(folder, { recursive: true });
    await writeFile(
      path.join(folder, 'settings.json'),
      JSON.stringify(ofKind(kind, settings), null, 2),
    );
  }
}

function ofKind(kind: string, settings: Settings): Settings {
  const isOurs = ([key]: [string, unknown]) => key.startsWith('tracker.run.');
  const entries = Object.entries(settings);
  return Object.fromEntries(entries.filter(entry => isOurs(entry) === (kind === 'Machine')));
}

/** Reads the port that the server chose from its output, and keeps draining the output afterwards. */
function listeningAuthority(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', code =>
      reject(new Error(`The VS Code server ended with code ${String(code)} at start:\n${output}`)),
    );
  });
}

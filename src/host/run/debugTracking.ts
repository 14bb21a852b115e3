import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import { DebugWrapper } from './debugWrapper';
import { debuggedCommand } from './debuggedCommand';
import { isTrusted, trackedOptions } from './runCurrentScript';

/** In a launch configuration: run it as a tracked run. */
const TRACK = 'track';
/** In the resolved configuration: which wrapper looks after the session. */
const WRAPPER = 'trackerWrapper';

/** ms after which a session that was configured has not begun: its debugger is missing, or has refused. */
const BEGIN_MS = 60_000;

interface TrackedSession {
  readonly wrapper: DebugWrapper;
  session: vscode.DebugSession | undefined;
  /** Undefined: the debugger has not told. */
  exitCode: number | undefined;
  /** The person, not the script, has ended the session. */
  wasStopped: boolean;
}

/**
 * Any launch configuration with `"track": true`, of any debugger, as a tracked run: its script gets the environment of a
 * wrapper, which hears of output and end through the debug adapter's own messages.
 */
export class DebugTracking
  implements vscode.DebugConfigurationProvider, vscode.DebugAdapterTrackerFactory, Disposable
{
  private readonly disposables = new DisposableStore();
  private readonly sessions = new Map<string, TrackedSession>();
  private count = 0;

  constructor(
    private readonly services: Services,
    /** For tests. */
    private readonly beginMs = BEGIN_MS,
  ) {
    this.disposables.add(vscode.debug.registerDebugConfigurationProvider('*', this));
    this.disposables.add(vscode.debug.registerDebugAdapterTrackerFactory('*', this));
    this.disposables.add(vscode.debug.onDidTerminateDebugSession(session => this.ended(session)));
  }

  dispose(): void {
    for (const { wrapper } of this.sessions.values()) {
      wrapper.end(null);
    }
    this.disposables.dispose();
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (config[TRACK] !== true || config.request !== 'launch' || config[WRAPPER] !== undefined) {
      return config;
    }
    const { services } = this;
    if (!(await isTrusted(services))) {
      return undefined;
    }
    try {
      const { command, cwd } = debuggedCommand(config, folder?.uri.fsPath);
      const id = String(++this.count);
      const wrapper = await DebugWrapper.start({
        cliPath: services.cliPath,
        ...(await trackedOptions(services.scriptRuns, {
          cwd,
          experimentName: services.settings.experimentName,
        })),
        command,
        onStop: () => void vscode.debug.stopDebugging(this.sessions.get(id)?.session),
        logger: services.logger,
      });
      this.sessions.set(id, {
        wrapper,
        session: undefined,
        exitCode: undefined,
        wasStopped: false,
      });
      setTimeout(() => this.endUnbegun(id), this.beginMs);
      services.opener.expectRun();
      const env: unknown = config['env'];
      return {
        ...config,
        [WRAPPER]: id,
        env: { ...(typeof env === 'object' ? env : {}), ...wrapper.variables },
      };
    } catch (error) {
      services.notifier.error(error);
      return undefined;
    }
  }

  createDebugAdapterTracker(session: vscode.DebugSession): vscode.DebugAdapterTracker | undefined {
    const tracked = this.trackedOf(session);
    if (tracked === undefined) {
      return undefined;
    }
    tracked.session ??= session;
    return {
      onWillReceiveMessage: (message: DebugMessage) => {
        if (message.command === 'terminate' || message.command === 'disconnect') {
          tracked.wasStopped ||= tracked.exitCode === undefined;
        }
      },
      onDidSendMessage: (message: DebugMessage) => {
        if (message.type === 'event') {
          noteEvent(tracked, message);
        }
      },
    };
  }

  private ended(session: vscode.DebugSession): void {
    const id = wrapperOf(session);
    const tracked = id === undefined ? undefined : this.sessions.get(id);
    // A debugger of several processes has a session below for each; the first one ends last.
    if (id === undefined || tracked === undefined || session.parentSession !== undefined) {
      return;
    }
    this.sessions.delete(id);
    tracked.wrapper.end(tracked.exitCode ?? (tracked.wasStopped ? null : 0));
  }

  /** Nobody tells that a session does not come about; its wrapper would wait, and its run go on, for as long as the window. */
  private endUnbegun(id: string): void {
    const tracked = this.sessions.get(id);
    if (tracked !== undefined && tracked.session === undefined) {
      this.sessions.delete(id);
      tracked.wrapper.end(null);
    }
  }

  private trackedOf(session: vscode.DebugSession): TrackedSession | undefined {
    const id = wrapperOf(session);
    return id === undefined ? undefined : this.sessions.get(id);
  }
}

/** The part of the Debug Adapter Protocol that is read here. */
interface DebugMessage {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly body?: {
    readonly category?: string;
    readonly output?: string;
    readonly exitCode?: number;
    readonly systemProcessId?: number;
  };
}

function noteEvent(tracked: TrackedSession, { event, body }: DebugMessage): void {
  switch (event) {
    case 'output':
      if (body?.output !== undefined && /^(stdout|stderr)$/.test(body.category ?? '')) {
        const stream = body.category === 'stderr' ? 'stderr' : 'stdout';
        tracked.wrapper.say({ type: 'output', text: body.output, stream });
      }
      break;
    case 'process':
      if (body?.systemProcessId !== undefined) {
        tracked.wrapper.say({ type: 'process', pid: body.systemProcessId });
      }
      break;
    case 'exited':
      tracked.exitCode = body?.exitCode ?? 0;
      break;
    case 'terminated':
      // What comes after is the debugger's own tidying up.
      tracked.exitCode ??= tracked.wasStopped ? undefined : 0;
      break;
    default:
      break;
  }
}

/** Of the session, or of the one that it belongs to. */
function wrapperOf(session: vscode.DebugSession): string | undefined {
  const id: unknown = session.configuration[WRAPPER];
  if (typeof id === 'string') {
    return id;
  }
  return session.parentSession && wrapperOf(session.parentSession);
}

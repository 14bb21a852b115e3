import * as vscode from 'vscode';
import { registerCommands } from './host/commands/registerCommands';
import { ARTIFACT_SCHEME, TASK_TYPE } from './host/contributions';
import { ArtifactFileSystem } from './host/editor/artifactFileSystem';
import { RunIdHover } from './host/hover/runIdHover';
import { NotebookKernels } from './host/notebook/notebookKernels';
import { DebugTracking } from './host/run/debugTracking';
import { RunEndNotifier } from './host/run/runEndNotifier';
import { TerminalEnvironment } from './host/run/terminalEnvironment';
import { TrackedTasks } from './host/run/trackedTasks';
import { ExperimentsView } from './host/views/experimentsView';
import { RunView } from './host/views/runView';
import { StatusBar } from './host/views/statusBar';
import { Services } from './services';

/** For the project's own tests inside VS Code; not an interface for other extensions. */
export interface ExtensionInternals {
  readonly services: Services;
  readonly experiments: ExperimentsView;
  readonly run: RunView;
}

/** Registers everything and starts nothing: the store is opened when a view, a hover or a command first needs it. */
export function activate(context: vscode.ExtensionContext): ExtensionInternals {
  const start = performance.now();
  const services = new Services(context);
  const experiments = new ExperimentsView(services);
  const run = new RunView(services, experiments.view);
  context.subscriptions.push(
    // Disposed in this order: who uses the services goes before them.
    new StatusBar(services),
    new RunEndNotifier(services),
    new DebugTracking(services),
    vscode.tasks.registerTaskProvider(TASK_TYPE, new TrackedTasks(services)),
    new NotebookKernels(services),
    new TerminalEnvironment(
      services,
      context.environmentVariableCollection,
      context.globalStorageUri,
    ),
    run,
    experiments,
    registerCommands({ services, experiments }),
    vscode.languages.registerHoverProvider({ scheme: '*' }, new RunIdHover(services)),
    vscode.workspace.registerFileSystemProvider(
      ARTIFACT_SCHEME,
      new ArtifactFileSystem(services.getClient),
      { isReadonly: true, isCaseSensitive: true },
    ),
    services,
  );
  services.logger.info(`Activated in ${(performance.now() - start).toFixed(1)} ms`);
  return { services, experiments, run };
}

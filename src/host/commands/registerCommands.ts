import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { Services } from '../../services';
import { COMMANDS, type CommandId } from '../contributions';
import { askArguments } from '../run/askArguments';
import { runCurrentScript } from '../run/runCurrentScript';
import { openArtifact, saveArtifact } from './artifactCommands';
import { compareRuns, compareWithSelected, selectForCompare } from './compareCommands';
import type { CommandContext } from './commandContext';
import { targetNodes, type CommandArguments } from './commandTargets';
import { setCredentials, forgetCredentials } from './credentialCommands';
import { createExperiment } from './createExperiment';
import { debugCurrentScript } from './debugCurrentScript';
import { deleteItems, restoreItems } from './deleteItems';
import { filterRuns } from './filterRuns';
import { copyId, copyName, copyValue } from './copyCommands';
import { openRunLog } from './openRunLog';
import { openRunTerminal } from './openRunTerminal';
import { openWeb } from './openWeb';
import { previewMetrics } from './previewMetrics';
import { renameItem } from './renameItem';
import { restoreRunCode } from './restoreRunCode';
import { runAgain } from './runAgain';
import { runCurrentNotebook } from './runCurrentNotebook';
import { runTask } from './runTask';
import { setDescription, setTag } from './runTagCommands';
import { setTrackingUri } from './setTrackingUri';
import { previewHistories, showHistories } from './showHistories';
import { sortRuns } from './sortRuns';
import { endStaleRuns, stopRuns } from './stopRuns';

type Handler = (context: CommandContext, args: CommandArguments) => unknown;

const HANDLERS: Record<CommandId, Handler> = {
  'tracker.script.run': ({ services }, [uri]) => {
    services.opener.expectRun();
    return runCurrentScript(services.scriptRuns, uri instanceof vscode.Uri ? uri : undefined);
  },
  'tracker.script.runWithArguments': ({ services }, [uri]) => {
    services.opener.expectRun();
    return runCurrentScript(
      services.scriptRuns,
      uri instanceof vscode.Uri ? uri : undefined,
      file => askArguments(services, file),
    );
  },
  'tracker.script.debug': (context, [uri]) =>
    debugCurrentScript(context, uri instanceof vscode.Uri ? uri : undefined),
  'tracker.notebook.run': ({ services }, args) => runCurrentNotebook(services, args),
  'tracker.task.run': ({ services }) => runTask(services),
  'tracker.run.again': (context, args) => runAgain(context, args, false),
  'tracker.run.againChanged': (context, args) => runAgain(context, args, true),
  'tracker.uri.set': ({ services }) => setTrackingUri(services),
  'tracker.credentials.set': ({ services }) =>
    setCredentials(services, services.settings.trackingUri),
  'tracker.credentials.forget': ({ services }) => forgetCredentials(services),
  'tracker.server.restart': ({ services }) => services.connection.restart(),
  'tracker.log.show': ({ services }) => services.logger.show(),
  'tracker.runs.refresh': ({ services }) => refresh(services),
  'tracker.runs.sort': ({ services }) => sortRuns(services),
  'tracker.runs.filter': ({ services }) => filterRuns(services),
  'tracker.runs.clearFilter': ({ services }) => services.viewState.update({ filter: '' }),
  'tracker.runs.showDeleted': ({ services }) => services.viewState.update({ showDeleted: true }),
  'tracker.runs.hideDeleted': ({ services }) => services.viewState.update({ showDeleted: false }),
  'tracker.runs.loadMore': async ({ services, experiments }, args) => {
    for (const node of targetNodes(args, experiments.selection)) {
      if (node.kind === 'more') {
        await services.model.loadMore(node);
      }
    }
  },
  'tracker.runs.showHistories': showHistories,
  'tracker.run.previewHistories': previewHistories,
  'tracker.runs.compare': compareRuns,
  'tracker.run.selectForCompare': selectForCompare,
  'tracker.run.compareWithSelected': compareWithSelected,
  'tracker.run.openLog': openRunLog,
  'tracker.metrics.preview': previewMetrics,
  'tracker.run.openTerminal': openRunTerminal,
  'tracker.run.stop': stopRuns,
  'tracker.run.restoreCode': restoreRunCode,
  'tracker.runs.endStale': endStaleRuns,
  'tracker.run.setTag': setTag,
  'tracker.run.setDescription': setDescription,
  'tracker.experiment.create': ({ services }) => createExperiment(services),
  'tracker.item.copyId': copyId,
  'tracker.item.copyName': copyName,
  'tracker.item.copyValue': copyValue,
  'tracker.item.rename': renameItem,
  'tracker.item.delete': deleteItems,
  'tracker.item.restore': restoreItems,
  'tracker.item.openWeb': openWeb,
  'tracker.artifact.open': openArtifact,
  'tracker.artifact.save': saveArtifact,
};

/** Registers every command of the manifest; what fails is told to the person. */
export function registerCommands(context: CommandContext): Disposable {
  const disposables = new DisposableStore();
  for (const id of Object.values(COMMANDS)) {
    disposables.add(
      vscode.commands.registerCommand(id, (...args: unknown[]) =>
        context.services.notifier.guard(() => HANDLERS[id](context, args)),
      ),
    );
  }
  return disposables;
}

/** Reads again what is shown; a store that could not be opened is tried anew. */
async function refresh(services: Services): Promise<void> {
  if (services.connection.state.kind === 'failed') {
    services.connection.restart();
  } else {
    await services.model.apply([{ kind: 'everything' }]);
  }
}

import * as vscode from 'vscode';
import type { Services } from '../../services';
import type { ExperimentNode, RunNode } from '../model/nodes';
import {
  experimentNodesOf,
  runNodesOf,
  targetNodes,
  type CommandArguments,
} from './commandTargets';
import type { CommandContext } from './commandContext';

/** MLflow's delete is a mark that restore takes away: one question, then undo. */
export async function deleteItems(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const nodes = targetNodes(args, experiments.selection);
  const runs = runNodesOf(nodes).filter(node => node.run.info.lifecycleStage === 'active');
  const whole = experimentNodesOf(nodes).filter(
    node => node.experiment.lifecycleStage === 'active',
  );
  const subject = nameOf(whole, runs);
  if (subject === undefined) {
    return;
  }
  const confirmed = await services.notifier.confirm(
    vscode.l10n.t('Delete {0}?', subject),
    vscode.l10n.t(
      'Deleted items stay in the store. They can be shown with "Show deleted" and restored.',
    ),
    vscode.l10n.t('Delete'),
  );
  if (!confirmed) {
    return;
  }
  const client = await services.getClient();
  for (const node of whole) {
    await client.deleteExperiment(node.experiment.experimentId);
  }
  for (const node of runs) {
    await client.deleteRun(node.run.info.runId);
  }
  await showChange(services, whole, runs);
  void services.notifier.info(vscode.l10n.t('Deleted {0}.', subject), {
    title: vscode.l10n.t('Undo'),
    run: () => services.notifier.guard(() => restore(services, whole, runs)),
  });
}

export async function restoreItems(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const nodes = targetNodes(args, experiments.selection);
  await restore(
    services,
    experimentNodesOf(nodes).filter(node => node.experiment.lifecycleStage === 'deleted'),
    runNodesOf(nodes).filter(node => node.run.info.lifecycleStage === 'deleted'),
  );
}

async function restore(
  services: Services,
  experiments: readonly ExperimentNode[],
  runs: readonly RunNode[],
): Promise<void> {
  const client = await services.getClient();
  for (const node of experiments) {
    await client.restoreExperiment(node.experiment.experimentId);
  }
  for (const node of runs) {
    await client.restoreRun(node.run.info.runId);
  }
  await showChange(services, experiments, runs);
}

/** The store's own event follows; the person should not wait for it. */
async function showChange(
  { model }: Services,
  experiments: readonly ExperimentNode[],
  runs: readonly RunNode[],
): Promise<void> {
  const touched = new Set(runs.map(node => node.run.info.experimentId));
  await model.apply([
    ...(experiments.length > 0 ? [{ kind: 'experiments' } as const] : []),
    ...[...touched].map(experimentId => ({ kind: 'runs', experimentId }) as const),
  ]);
}

function nameOf(
  experiments: readonly ExperimentNode[],
  runs: readonly RunNode[],
): string | undefined {
  const [experiment] = experiments;
  const [run] = runs;
  if (experiments.length + runs.length > 1) {
    return experiments.length === 0
      ? vscode.l10n.t('{0} runs', runs.length)
      : vscode.l10n.t('{0} items', experiments.length + runs.length);
  }
  if (experiment) {
    return vscode.l10n.t('experiment "{0}"', experiment.experiment.name);
  }
  return run && vscode.l10n.t('run "{0}"', run.run.info.runName || run.run.info.runId);
}

import * as vscode from 'vscode';
import { TrackingError } from '../../tracking/trackingError';
import { targetNodes, targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Opens the run or experiment in MLflow's own web UI, when the store is a server that has one. */
export async function openWeb(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const client = await services.getClient();
  const { webUrl } = (await client.status()).store;
  if (webUrl === undefined) {
    throw new TrackingError(
      'INVALID_STATE',
      vscode.l10n.t(
        'This store has no web UI of its own: only a tracking server (http or https) has.',
      ),
    );
  }
  const [node] = targetNodes(args, experiments.selection);
  const [runId] = targetRunIds(args, experiments.selection);
  const base = webUrl.replace(/\/$/, '');
  let page = '';
  if (runId !== undefined) {
    const { info } = await services.details.get(runId);
    page = `/#/experiments/${info.experimentId}/runs/${info.runId}`;
  } else if (node?.kind === 'experiment') {
    page = `/#/experiments/${node.experiment.experimentId}`;
  }
  await vscode.env.openExternal(vscode.Uri.parse(base + page, true));
}

import * as vscode from 'vscode';
import type { KeyValue, RunId } from '../../tracking/entities';
import type { Services } from '../../services';
import { tagOf } from '../model/tagOf';
import { targetRunIds, type CommandArguments } from './commandTargets';
import type { CommandContext } from './commandContext';

/** Where MLflow's web UI keeps the description. */
const NOTE_TAG = 'mlflow.note.content';

/** Sets one tag on every chosen run. */
export async function setTag(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const runIds = targetRunIds(args, experiments.selection);
  if (runIds.length === 0) {
    return;
  }
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set tag'),
    prompt: vscode.l10n.t('Written as key=value'),
    placeHolder: 'stage=candidate',
    validateInput: value =>
      parseTag(value) ? undefined : vscode.l10n.t('Write the tag as key=value.'),
  });
  const tag = text === undefined ? undefined : parseTag(text);
  if (tag) {
    await writeTag(services, runIds, tag);
  }
}

/** Sets the description of one run; an empty one removes it. */
export async function setDescription(
  { services, experiments }: CommandContext,
  args: CommandArguments,
): Promise<void> {
  const [runId] = targetRunIds(args, experiments.selection);
  if (runId === undefined) {
    return;
  }
  const run = await services.details.get(runId);
  const value = await vscode.window.showInputBox({
    title: vscode.l10n.t('Set description'),
    value: tagOf(run, NOTE_TAG) ?? '',
    prompt: vscode.l10n.t('Shown on the hover card and in MLflow’s web UI'),
  });
  if (value !== undefined) {
    await writeTag(services, [runId], { key: NOTE_TAG, value });
  }
}

async function writeTag(
  { getClient, details, model }: Services,
  runIds: readonly RunId[],
  tag: KeyValue,
): Promise<void> {
  const client = await getClient();
  for (const runId of runIds) {
    await client.setTag(runId, tag);
  }
  details.forget(runIds);
  await model.apply(
    runIds.flatMap(runId => {
      const node = model.findRun(runId);
      return node
        ? [{ kind: 'runs', experimentId: node.run.info.experimentId, runId } as const]
        : [];
    }),
  );
}

function parseTag(text: string): KeyValue | undefined {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(0, at)).trim();
  return key === '' ? undefined : { key, value: text.slice(at + 1).trim() };
}

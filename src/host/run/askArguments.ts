import path from 'node:path';
import * as vscode from 'vscode';
import { splitCommand } from '../../base/splitCommand';
import { HIDDEN } from '../../base/urlSecrets';
import type { Services } from '../../services';
import { argumentsOfCommand } from './argumentsOfCommand';

const RECENT_RUNS = 20;

/**
 * Asks for the arguments of a script: typed, or one of those that it was run with before, here or by its recorded runs.
 * @param file absolute path
 * @returns the words; undefined when dismissed
 */
export async function askArguments(
  services: Services,
  file: string,
): Promise<readonly string[] | undefined> {
  const { argumentHistory } = services;
  const own = argumentHistory.of(file);
  const args = await pickArguments(file, own, recordedLines(services, file));
  if (args !== undefined) {
    await argumentHistory.add(file, args);
  }
  return args;
}

/** A list whose text box is an answer of its own. */
function pickArguments(
  file: string,
  own: readonly string[],
  recorded: Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  const pick = vscode.window.createQuickPick();
  pick.title = vscode.l10n.t('Arguments of {0}', path.basename(file));
  pick.placeholder = vscode.l10n.t('Such as --lr 0.1 --epochs 20');
  pick.value = own[0] ?? '';
  let lines = own;
  const show = (): void => {
    const typed = pick.value.trim();
    const items = lines
      .filter(line => line !== typed)
      .map(label => ({ label, alwaysShow: true, iconPath: new vscode.ThemeIcon('history') }));
    const fault = lineFault(typed);
    pick.items = [
      {
        label: typed === '' ? vscode.l10n.t('Run without arguments') : typed,
        description: fault ?? (typed === '' ? '' : vscode.l10n.t('run with these')),
        alwaysShow: true,
        iconPath: new vscode.ThemeIcon(fault === undefined ? 'play' : 'error'),
      },
      ...items,
    ];
  };
  show();
  void recorded.then(more => {
    lines = [...new Set([...own, ...more])];
    show();
  });
  return new Promise(resolve => {
    pick.onDidChangeValue(show);
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      const isTyped = chosen === undefined || chosen === pick.items[0];
      const line = isTyped ? pick.value.trim() : chosen.label;
      if (lineFault(line) === undefined) {
        resolve(splitCommand(line));
        pick.hide();
      } else {
        // Such as a line whose secret has to be typed again.
        pick.value = line;
      }
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** Why a line cannot be run as it is, in a few words; undefined when it can. */
function lineFault(line: string): string | undefined {
  const words = splitCommand(line);
  if (words === undefined) {
    return vscode.l10n.t('a quote is not closed');
  }
  return words.some(word => word.includes(HIDDEN))
    ? vscode.l10n.t('type the secret where *** stands')
    : undefined;
}

/** What recorded runs of a script of this name were told; nothing where the store cannot be asked. */
async function recordedLines(services: Services, file: string): Promise<readonly string[]> {
  try {
    const client = await services.getClient();
    const experiments = await client.searchExperiments({ maxResults: 1000 });
    const name = path.basename(file);
    const { items } = await client.searchRuns({
      experimentIds: experiments.items.map(({ experimentId }) => experimentId),
      filter: `tags.\`mlflow.source.name\` LIKE '%${name.replaceAll("'", '_')}'`,
      orderBy: ['attributes.start_time DESC'],
      maxResults: RECENT_RUNS,
      projection: { metricKeys: [], paramKeys: [], tagKeys: ['tracker.command'], inputs: false },
    });
    return items.flatMap(run => argumentsOfCommand(run, name) ?? []);
  } catch (error) {
    services.logger.debug(`Earlier arguments cannot be read: ${String(error)}`);
    return [];
  }
}

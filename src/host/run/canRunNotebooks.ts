import * as vscode from 'vscode';
import { missingPackages } from '../../launch/environment/pythonPackages';
import type { Notifier } from '../notifier';
import { installPackages } from './installPackages';

/** What executes a notebook; it brings `nbformat` and `jupyter-client`. A kernel may be another environment's. */
const EXECUTOR = 'nbclient';

/**
 * Whether a Python can execute notebooks; one that cannot is told, with the way out, before a run is made that could only fail.
 * @param command what would run it: a Python, or a program of the person's own, which is taken at its word
 */
export async function canRunNotebooks(
  [python = '']: readonly string[],
  notifier: Pick<Notifier, 'warn'>,
): Promise<boolean> {
  const missing = await missingPackages(python, [EXECUTOR], '.', process.env);
  if (missing === undefined || missing.length === 0) {
    return true;
  }
  const packages = [EXECUTOR, 'ipykernel'];
  await notifier.warn(vscode.l10n.t('{0} cannot run notebooks: it has no {1}.', python, EXECUTOR), {
    title: vscode.l10n.t('Install {0}', packages.join(', ')),
    run: () => installPackages(python, packages),
  });
  return false;
}

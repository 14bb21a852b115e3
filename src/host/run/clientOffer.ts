import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { missingPackages } from '../../launch/environment/pythonPackages';
import type { Notifier } from '../notifier';
import { installPackages } from './installPackages';

const KEY = 'tracker.clientOffered';
/** Either brings the module `mlflow`. */
const CLIENTS = ['mlflow', 'mlflow-skinny'];
const IMPORT = /^\s*(import|from)\s+mlflow\b/m;

/** Offers, once for each interpreter, to install MLflow's small client where a script imports it and it is not there. */
export class ClientOffer {
  constructor(
    private readonly state: vscode.Memento,
    private readonly notifier: Pick<Notifier, 'info'>,
  ) {}

  /**
   * @param file the script's absolute path
   * @param command what runs it
   */
  async offerFor(file: string, [program]: readonly string[]): Promise<void> {
    if (program === undefined || this.offered.includes(program)) {
      return;
    }
    const text = await readFile(file, 'utf8').catch(() => '');
    if (!IMPORT.test(text)) {
      return;
    }
    const missing = await missingPackages(program, CLIENTS, '.', process.env);
    if (missing?.length !== CLIENTS.length) {
      return;
    }
    await this.state.update(KEY, [...this.offered, program]);
    await this.notifier.info(
      vscode.l10n.t('The script imports mlflow, which {0} does not have.', program),
      {
        title: vscode.l10n.t('Install mlflow-skinny'),
        run: () => installPackages(program, ['mlflow-skinny']),
      },
    );
  }

  private get offered(): readonly string[] {
    return this.state.get<readonly string[]>(KEY, []);
  }
}

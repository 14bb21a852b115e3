import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isPython } from '../../launch/environment/pythonPackages';
import { installedMlflowVersion } from '../../launch/installedMlflow';
import type { Notifier } from '../notifier';

const KEY = 'tracker.clientOffered';
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
    if (program === undefined || !isPython(program) || this.offered.includes(program)) {
      return;
    }
    const text = await readFile(file, 'utf8').catch(() => '');
    if (
      !IMPORT.test(text) ||
      (await installedMlflowVersion(program, '.', process.env)) !== undefined
    ) {
      return;
    }
    await this.state.update(KEY, [...this.offered, program]);
    await this.notifier.info(
      vscode.l10n.t('The script imports mlflow, which {0} does not have.', program),
      {
        title: vscode.l10n.t('Install mlflow-skinny'),
        run: () => install(program),
      },
    );
  }

  private get offered(): readonly string[] {
    return this.state.get<readonly string[]>(KEY, []);
  }
}

/** In a terminal, where the person sees what pip does and says. */
function install(python: string): void {
  const terminal = vscode.window.createTerminal({
    name: 'mlflow-skinny',
    shellPath: python,
    shellArgs: ['-m', 'pip', 'install', 'mlflow-skinny'],
  });
  terminal.show(true);
}

import * as vscode from 'vscode';
import { TrackingError } from '../tracking/trackingError';
import { HttpError } from '../http/httpError';
import type { OutputLogger } from './outputLogger';

/** A button under a message. */
export interface NoticeAction {
  readonly title: string;
  run(): unknown;
}

/** The only place that shows messages. What was expected is one sentence; a bug goes to the log with its stack. */
export class Notifier {
  constructor(private readonly logger: OutputLogger) {}

  /** Resolves when the message is gone, after the chosen action. */
  async info(message: string, ...actions: readonly NoticeAction[]): Promise<void> {
    await runChosen(actions, titles => vscode.window.showInformationMessage(message, ...titles));
  }

  async warn(message: string, ...actions: readonly NoticeAction[]): Promise<void> {
    await runChosen(actions, titles => vscode.window.showWarningMessage(message, ...titles));
  }

  /** @returns true when the person chose `action` in a modal question. */
  async confirm(message: string, detail: string, action: string): Promise<boolean> {
    const options = { modal: true, detail };
    return (await vscode.window.showWarningMessage(message, options, action)) === action;
  }

  /** Silent for what was cancelled. */
  error(error: unknown): void {
    if (isCancellation(error)) {
      return;
    }
    const expected = error instanceof TrackingError || error instanceof HttpError;
    if (expected) {
      this.logger.warn(error.message);
    } else {
      this.logger.error('Unexpected failure', error);
    }
    const message = expected
      ? error.message
      : vscode.l10n.t('MLflow Tracker met an unexpected problem: {0}', messageOf(error));
    const showLog = { title: vscode.l10n.t('Show log'), run: () => this.logger.show() };
    void runChosen([showLog], titles => vscode.window.showErrorMessage(message, ...titles));
  }

  /** Runs what a command does; its failure is shown. */
  async guard(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.error(error);
    }
  }
}

export function isCancellation(error: unknown): boolean {
  return (
    error instanceof vscode.CancellationError ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled'))
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runChosen(
  actions: readonly NoticeAction[],
  show: (titles: readonly string[]) => PromiseLike<string | undefined>,
): Promise<void> {
  const chosen = await show(actions.map(action => action.title));
  await actions.find(action => action.title === chosen)?.run();
}

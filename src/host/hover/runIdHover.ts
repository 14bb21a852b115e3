import * as vscode from 'vscode';
import type { Services } from '../../services';
import { signalOf } from '../abort';
import { isCancellation } from '../notifier';

const RUN_ID = /\b[0-9a-f]{32}\b/;

/** The hover card on a run id in any editor, when the store in use has that run. */
export class RunIdHover implements vscode.HoverProvider {
  constructor(private readonly services: Services) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { settings, connection, hoverCards, logger } = this.services;
    const range = document.getWordRangeAtPosition(position, RUN_ID);
    const usable = connection.state.kind !== 'failed' && connection.state.kind !== 'none';
    if (!range || !usable || !settings.hoverEnabled) {
      return undefined;
    }
    try {
      const card = await hoverCards.cardOf(document.getText(range), signalOf(token));
      return card && new vscode.Hover(card, range);
    } catch (error) {
      if (!isCancellation(error)) {
        logger.debug(`No hover card: ${String(error)}`);
      }
      return undefined;
    }
  }
}

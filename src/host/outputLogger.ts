import { inspect } from 'node:util';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { redactText } from '../base/urlSecrets';

/** The one output channel, "MLflow Tracker". Every line passes here, so that no credential reaches it. */
export class OutputLogger implements Logger, Disposable {
  private readonly channel = vscode.window.createOutputChannel('MLflow Tracker', { log: true });

  debug(message: string): void {
    this.channel.debug(redactText(message));
  }

  info(message: string): void {
    this.channel.info(redactText(message));
  }

  warn(message: string): void {
    this.channel.warn(redactText(message));
  }

  error(message: string, cause?: unknown): void {
    this.channel.error(redactText([message, ...causeLines(cause)].join('\n')));
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}

function causeLines(cause: unknown): readonly string[] {
  if (cause === undefined) {
    return [];
  }
  return [cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)];
}

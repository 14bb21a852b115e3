import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { redactText } from '../http/redact';

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
    const detail = cause instanceof Error ? (cause.stack ?? cause.message) : (cause ?? '');
    this.channel.error(redactText(detail === '' ? message : `${message}\n${String(detail)}`));
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}

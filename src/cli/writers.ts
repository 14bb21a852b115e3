import type { Logger } from '../base/logger';
import { redactText } from '../base/urlSecrets';

/** Where a command's own words go; never mixed with those of a command that it runs. */
export function writeLine(stream: NodeJS.WritableStream, line: string): void {
  stream.write(`${line}\n`);
}

/** Warnings and errors to stderr, without credentials. */
export function stderrLogger(): Logger {
  const write = (message: string): void => writeLine(process.stderr, redactText(message));
  return {
    debug() {},
    info() {},
    warn: message => write(`warning: ${message}`),
    error: (message, cause) => write(`error: ${message}${detailOf(cause)}`),
  };
}

function detailOf(cause: unknown): string {
  if (cause === undefined) {
    return '';
  }
  return `\n${cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause)}`;
}

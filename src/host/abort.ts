import type { CancellationToken } from 'vscode';

/** The signal of a token of VS Code. */
export function signalOf(token: CancellationToken | undefined): AbortSignal | undefined {
  if (!token) {
    return undefined;
  }
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  } else {
    // The token owns its listeners and drops them with itself.
    token.onCancellationRequested(() => controller.abort());
  }
  return controller.signal;
}

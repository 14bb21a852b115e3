import type { Logger } from '../../base/logger';
import { PipedProcess } from './pipedProcess';
import { SessionProcess } from './sessionProcess';
import type { ProcessOptions, SupervisedProcess } from './supervisedProcess';
import { TerminalProcess, type SpawnInTerminal } from './terminalProcess';

/**
 * Starts a script as what the wrapper itself is: in a terminal when input and output are one, else on pipes. Rejects with
 * Node's error when it cannot be started.
 */
export async function startProcess(
  options: ProcessOptions,
  logger: Logger,
): Promise<SupervisedProcess> {
  const { stdin, stdout, stderr } = process;
  const spawn =
    stdin.isTTY && stdout.isTTY && stderr.isTTY ? await loadPseudoTerminal(logger) : undefined;
  const started =
    spawn === undefined ? new PipedProcess(options) : new TerminalProcess(options, spawn);
  await started.started();
  return started;
}

/** Takes part in a script that somebody else runs. */
export async function startSession(options: ProcessOptions): Promise<SupervisedProcess> {
  const session = new SessionProcess(options);
  await session.started();
  return session;
}

/** Its native part is there for the usual platforms only; without it the script has the real terminal, unrecorded. */
async function loadPseudoTerminal(logger: Logger): Promise<SpawnInTerminal | undefined> {
  try {
    return (await import('@lydell/node-pty')).spawn;
  } catch (error) {
    logger.debug(`There is no pseudo-terminal for this platform: ${String(error)}`);
    return undefined;
  }
}

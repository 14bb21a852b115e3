import type { Logger } from '../../base/logger';
import { PipedProcess } from './pipedProcess';
import { SessionProcess } from './sessionProcess';
import type { ProcessOptions, SupervisedProcess } from './supervisedProcess';
import { PseudoTerminalError, TerminalProcess, type SpawnInTerminal } from './terminalProcess';

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
  return (spawn && (await startInTerminal(options, spawn, logger))) ?? (await startPiped(options));
}

async function startPiped(options: ProcessOptions): Promise<SupervisedProcess> {
  const started = new PipedProcess(options);
  await started.started();
  return started;
}

/** @returns undefined where no pseudo-terminal can be had */
async function startInTerminal(
  options: ProcessOptions,
  spawn: SpawnInTerminal,
  logger: Logger,
): Promise<SupervisedProcess | undefined> {
  const started = new TerminalProcess(options, spawn);
  try {
    await started.started();
    return started;
  } catch (error) {
    if (!(error instanceof PseudoTerminalError)) {
      throw error;
    }
    const reason = error.cause instanceof Error ? error.cause.message : String(error.cause);
    logger.warn(`The output is not recorded, for no pseudo-terminal can be had here: ${reason}`);
    return undefined;
  }
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

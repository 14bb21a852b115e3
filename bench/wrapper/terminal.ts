import { startPython } from '../pythonLines';
import type { Workspace } from '../workspace';

export interface TerminalCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Timed {
  /** From the start to the end of the process. */
  readonly ms: number;
  /** Processor time of the command and of all that it has waited for. */
  readonly cpuMs: number;
}

interface Answer extends Timed {
  readonly code: number;
  readonly tail: string;
}

/** Runs commands in a terminal of 100 columns and times them. A command that fails is an error. */
export function startTerminals(workspace: Workspace): (command: TerminalCommand) => Promise<Timed> {
  const ask = startPython<TerminalCommand, Answer>(workspace, 'wrapper/terminal.py');
  return async command => {
    const answer = await ask(command);
    if (answer.code !== 0) {
      throw new Error(`${command.command.join(' ')} ended with ${answer.code}:\n${answer.tail}`);
    }
    return answer;
  };
}

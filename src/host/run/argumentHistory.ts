import type * as vscode from 'vscode';
import { commandText } from '../../launch/commandText';

const KEY = 'tracker.arguments';
/** Lines kept for a file, and files kept. */
const MAX_LINES = 10;
const MAX_FILES = 200;

/** The arguments that scripts of this workspace were run with, newest first; `***` stands where a secret was. */
export class ArgumentHistory {
  constructor(private readonly state: vscode.Memento) {}

  /** @param file absolute path */
  of(file: string): readonly string[] {
    return this.all().find(([name]) => name === file)?.[1] ?? [];
  }

  async add(file: string, args: readonly string[]): Promise<void> {
    const line = commandText(args);
    const lines = [line, ...this.of(file).filter(one => one !== line)].slice(0, MAX_LINES);
    const others = this.all().filter(([name]) => name !== file);
    await this.state.update(KEY, [[file, lines], ...others].slice(0, MAX_FILES));
  }

  private all(): readonly (readonly [file: string, lines: readonly string[]])[] {
    return this.state.get<readonly (readonly [string, readonly string[]])[]>(KEY, []);
  }
}

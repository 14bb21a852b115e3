import { splitCommand } from '../../base/splitCommand';
import { commandText } from '../../launch/commandText';
import { CUT_MARK } from '../../launch/contextTags';
import type { Run } from '../../tracking/entities';
import { tagOf } from '../model/tagOf';

/** The command that a run was started with; undefined when it was not recorded, or was too long for a tag. */
export function commandOf(run: Run): readonly string[] | undefined {
  const text = tagOf(run, 'tracker.command');
  return text === undefined || text.endsWith(CUT_MARK) ? undefined : splitCommand(text);
}

/**
 * What follows a script in the command of a run, as text; undefined when the script is not in it, or nothing follows.
 * @param name the script's base name
 */
export function argumentsOfCommand(run: Run, name: string): string | undefined {
  const words = commandOf(run) ?? [];
  const index = words.findIndex(word => word.split(/[\\/]/).at(-1) === name);
  const args = index < 0 ? [] : words.slice(index + 1);
  return args.length === 0 ? undefined : commandText(args);
}

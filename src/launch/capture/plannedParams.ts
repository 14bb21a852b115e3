import type { KeyValue } from '../../tracking/entities';
import { commandLineParams } from './commandLineParams';
import { readConfigFiles } from './configFileParams';

/**
 * The params of a run whose script logs none itself: what was given by name over the options of the command line over the
 * configuration files that they name. Never rejects.
 * @param args the words after the script
 */
export async function plannedParams(
  given: readonly KeyValue[],
  args: readonly string[],
  workingDir: string,
): Promise<readonly KeyValue[]> {
  const files = await readConfigFiles(args, workingDir);
  const all = [...files.flatMap(file => file.params), ...commandLineParams(args), ...given];
  return [...new Map(all.map(({ key, value }) => [key, value]))].map(([key, value]) => ({
    key,
    value,
  }));
}

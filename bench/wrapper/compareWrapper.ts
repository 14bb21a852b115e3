import { loadavg } from 'node:os';
import { figure, shown, spreadOf } from '../measure';
import type { Workspace } from '../workspace';
import { addedTime } from './addedTime';
import { cpuWhileSleeping } from './cpuWhileSleeping';
import { printing } from './printing';
import { scriptFolder } from './scriptFolder';
import { startTerminals } from './terminal';
import { storeKinds } from './wrapperCommands';

const FULL = { rounds: 21, sleepMs: 60_000, printRounds: 5, lines: 200_000 };
const QUICK = { rounds: 4, sleepMs: 20_000, printRounds: 1, lines: 50_000 };

/** What `mlflow-tracker run` costs: at start and end, while a script sleeps, and for what it prints. Yields Markdown tables. */
export async function* compareWrapper(
  workspace: Workspace,
  { quick }: { readonly quick: boolean },
): AsyncIterable<string> {
  const scale = quick ? QUICK : FULL;
  const folder = scriptFolder(workspace);
  const run = startTerminals(workspace);
  const noise: number[] = [];
  yield `Medians of ${scale.rounds} rounds, in brackets the least and the greatest; load of the machine before: ${figure(loadavg()[0] ?? NaN)}.`;
  const stores = storeKinds(workspace);
  for (const store of stores) {
    yield await addedTime(store, { workspace, folder, run, rounds: scale.rounds, noise });
  }
  yield await cpuWhileSleeping({ workspace, folder, stores, measuredMs: scale.sleepMs });
  yield await printing({
    ...{ workspace, folder, run, store: stores[0] },
    rounds: scale.printRounds,
    lines: scale.lines,
  });
  yield `The same fixed arithmetic took ${shown(spreadOf(noise), ' ms')}: the wider, the busier the machine.`;
}

import { calibrate, figure, shown, spreadOf } from '../measure';
import type { Workspace } from '../workspace';
import { SCRIPT_ARGS } from './scriptFolder';
import type { TerminalCommand, Timed } from './terminal';
import {
  mlflowEnvironment,
  mlflowRun,
  mlflowScript,
  wrapped,
  type StoreKind,
} from './wrapperCommands';

interface Comparison {
  readonly name: string;
  readonly bare: TerminalCommand;
  readonly ours: TerminalCommand;
  /** Others that make such a run of the same script. */
  readonly peers: readonly TerminalCommand[];
  readonly goal?: string;
}

export interface AddedTimeOptions {
  readonly workspace: Workspace;
  /** See `scriptFolder`. */
  readonly folder: string;
  readonly run: (command: TerminalCommand) => Promise<Timed>;
  readonly rounds: number;
  /** The fixed arithmetic of each round is added here. */
  readonly noise: number[];
}

/** Peers take seconds: they are measured in every so many rounds. */
const PEER_EVERY = 3;

/** What a run costs over the bare script, in alternation. @returns a Markdown table */
export async function addedTime(store: StoreKind, options: AddedTimeOptions): Promise<string> {
  const head = [
    ...[store.title, '', 'bare script', '`mlflow-tracker run` adds'],
    ...['MLflow in the script adds', '', '`mlflow run` adds', '', 'goal'],
  ];
  const rows: string[] = [];
  for (const comparison of comparisons(store, options)) {
    rows.push(...(await rowsOf(comparison, options)));
  }
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows, ''].join('\n');
}

function comparisons(
  store: StoreKind,
  { workspace, folder }: AddedTimeOptions,
): readonly Comparison[] {
  const { python } = workspace;
  const at = (command: readonly string[], env = {}): TerminalCommand => ({
    command,
    cwd: folder,
    env,
  });
  const pair = (command: readonly string[], env = {}) => ({
    bare: at(command, env),
    ours: at(wrapped(workspace, store, command), env),
    peers: [],
  });
  const environment = mlflowEnvironment(workspace, store.uriFor('mlflow'));
  return [
    {
      name: 'empty Python script',
      ...pair([python, 'empty.py', ...SCRIPT_ARGS]),
      peers: [
        at(mlflowScript(workspace, store), environment),
        at(mlflowRun(workspace), environment),
      ],
      goal: '≤ 300 ms',
    },
    { name: 'empty shell script', ...pair(['sh', 'empty.sh', ...SCRIPT_ARGS]) },
    { name: 'empty Node script', ...pair([process.execPath, 'empty.mjs', ...SCRIPT_ARGS]) },
    {
      name: 'Python script that logs 100 points with MLflow',
      ...pair([python, 'logging_100.py'], environment),
    },
  ];
}

async function rowsOf(
  { name, bare, ours, peers, goal = '' }: Comparison,
  { run, rounds, noise }: AddedTimeOptions,
): Promise<readonly string[]> {
  const subjects = [bare, ours, ...peers];
  const samples = subjects.map((): (Timed | undefined)[] => []);
  // Stores, compiled code and files in memory are as they are from the second run on.
  for (const subject of subjects) {
    await run(subject);
  }
  for (let round = 0; round < rounds; round++) {
    noise.push(calibrate());
    for (const offset of subjects.keys()) {
      const index = (offset + round) % subjects.length;
      const subject = subjects[index];
      const isDue = index < 2 || round % PEER_EVERY === 0;
      samples[index]?.push(subject && isDue ? await run(subject) : undefined);
    }
  }
  const [bareSamples = [], ourSamples = [], ...peerSamples] = samples;
  return (['ms', 'cpuMs'] as const).map(unit => {
    const added = (those: readonly (Timed | undefined)[]) =>
      spreadOf(
        those.flatMap((sample, round) => {
          const alone = bareSamples[round];
          return sample && alone ? [sample[unit] - alone[unit]] : [];
        }),
      );
    const oursAdded = added(ourSamples);
    const peerCells = peerSamples.flatMap(those => {
      const peerAdded = added(those);
      return [shown(peerAdded), `${figure(peerAdded.median / oursAdded.median)}×`];
    });
    const cells = [
      ...[name, unit === 'ms' ? 'time, ms' : 'processor, ms'],
      shown(spreadOf(bareSamples.flatMap(sample => (sample ? [sample[unit]] : [])))),
      shown(oursAdded),
      ...(peerCells.length === 0 ? ['–', '', '–', ''] : peerCells),
      unit === 'ms' ? goal : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

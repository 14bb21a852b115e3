import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadGenerator } from '../load/loadGenerator';
import { calibrate, figure, shown, spreadOf } from '../measure';
import { groupCpuMs } from '../processCpu';
import type { Workspace } from '../workspace';
import { bareInserts } from './bareInserts';
import type { Contender, Field } from './contender';
import { fields } from './fields';
import { TASKS, type Figure, type Sample, type Task } from './tasks';

const FULL = { runs: 10_000, points: 100_000, rounds: 5, maxMs: 1500 };
const QUICK = { runs: 1_000, points: 10_000, rounds: 2, maxMs: 400 };
const WARM_UP_MS = 200;
/** ms. Workers of `mlflow server` answer before all of them have started. */
const SETTLE_MS = 8000;
/** ms. On a busy machine `mlflow server` replaces workers that start slowly, and drops their requests. */
const RECOVERY_MS = 3000;

/** Samples of a task, by contender: none where one could not do it. */
type Samples = Map<Contender, readonly Sample[]>;

/** Servers over each kind of store, in alternation under the same load. Yields Markdown tables. */
export async function* compareServers(
  workspace: Workspace,
  { quick, store }: { readonly quick: boolean; readonly store?: string | undefined },
): AsyncIterable<string> {
  const scale = quick ? QUICK : FULL;
  const generator = new LoadGenerator(workspace);
  for (const clients of [1, 16]) {
    const ceiling = await generator.ceiling(clients);
    yield `The load generator alone manages ${figure(ceiling)} requests/s with ${clients} client${clients === 1 ? '' : 's'}.`;
  }
  yield `${figure(scale.runs)} runs, a history of ${figure(scale.points)} points; medians of ${scale.rounds} rounds, in brackets the least and the greatest.`;
  const noise: number[] = [];
  for await (const field of fields(workspace, scale, store)) {
    await settled();
    const rows: string[] = [];
    const bare: number[] = [];
    for (const task of TASKS) {
      const samples: Samples = new Map();
      for (let round = 0; round < scale.rounds; round++) {
        noise.push(calibrate());
        await playRound(generator, field, { task, samples, round, maxMs: scale.maxMs });
        if (field.sqliteFile !== undefined && task.name.startsWith('log-batch')) {
          bare.push(bareInserts(field.sqliteFile, round, scale.maxMs));
        }
      }
      rows.push(...task.figures.map(row => rowOf(task, row, field, samples)));
    }
    await field.stop();
    yield [...headOf(field), ...rows, ''].join('\n');
    if (bare.length > 0) {
      yield `Bare prepared inserts into the same SQLite schema: ${shown(spreadOf(bare), ' points/s')}.\n`;
    }
  }
  yield `The same fixed arithmetic took ${shown(spreadOf(noise), ' ms')}: the wider, the busier the machine.`;
}

/** No measurement waits for what making the data has left to be written, nor for servers that are starting. */
async function settled(): Promise<void> {
  execFileSync('sync');
  await delay(SETTLE_MS);
}

interface Round {
  readonly task: Task;
  readonly samples: Samples;
  readonly round: number;
  readonly maxMs: number;
}

/** Each contender once; who is first changes from round to round. */
async function playRound(
  generator: LoadGenerator,
  field: Field,
  { task, samples, round, maxMs }: Round,
): Promise<void> {
  const { contenders } = field;
  let expected: string | undefined;
  for (const index of contenders.keys()) {
    const contender = contenders[(index + round) % contenders.length];
    if (!contender) {
      continue;
    }
    try {
      const measure = () => measured(generator, task, contender, round === 0, maxMs);
      const sample = await measure().catch(async (error: unknown) => {
        if (contender.isOurs) {
          throw error;
        }
        await delay(RECOVERY_MS);
        return measure();
      });
      const answer = task.answer?.(sample.lastBody);
      if (expected !== undefined && answer !== expected) {
        throw new Error(
          `its answer differs: ${answer?.slice(0, 60)} … from ${expected.slice(0, 60)} …`,
        );
      }
      expected = answer;
      samples.set(contender, [...(samples.get(contender) ?? []), sample]);
    } catch (error) {
      if (contender.isOurs) {
        throw error;
      }
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${contender.name}, ${field.title}, ${task.name}: ${reason}\n`);
    }
  }
}

async function measured(
  generator: LoadGenerator,
  task: Task,
  contender: Contender,
  isFirst: boolean,
  maxMs: number,
): Promise<Sample> {
  const { port, group } = contender.server;
  const { clients, maxRequests = Infinity } = task;
  if (isFirst) {
    const warmUp = await task.request(contender);
    await generator.drive({ ...warmUp, port, clients, maxMs: WARM_UP_MS, maxRequests });
  }
  const request = await task.request(contender);
  const before = groupCpuMs(group);
  const load = await generator.drive({ ...request, port, clients, maxMs, maxRequests });
  return { ...load, serverCpuMs: (groupCpuMs(group) - before) / load.requests };
}

function headOf({ title, contenders }: Field): readonly string[] {
  const peers = contenders.slice(1).flatMap(({ name }) => [name, '']);
  return [
    `| ${[title, '', 'ours', ...peers, 'goal'].join(' | ')} |`,
    `|${'---|'.repeat(peers.length + 4)}`,
  ];
}

function rowOf(task: Task, row: Figure, { contenders, hasGoals }: Field, samples: Samples): string {
  const spreads = contenders.map(contender => {
    const found = samples.get(contender) ?? [];
    return found.length === 0 ? undefined : spreadOf(found.map(row.of));
  });
  const [ours, ...peers] = spreads;
  const cells = peers.flatMap(peer => {
    if (!peer || !ours) {
      return ['–', ''];
    }
    const ratio = row.moreIsBetter ? ours.median / peer.median : peer.median / ours.median;
    return [shown(peer), `${figure(ratio)}×`];
  });
  const all = [
    task.name,
    `${row.name}, ${row.unit}`,
    ours ? shown(ours) : '–',
    ...cells,
    (hasGoals && row.goal) || '',
  ];
  return `| ${all.join(' | ')} |`;
}

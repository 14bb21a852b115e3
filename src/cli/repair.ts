import { parseArgs } from 'node:util';
import { formatTimestamp } from '../base/formatTime';
import { closeLeftRun, experimentNamed, findLeftRuns } from '../launch/repairRuns';
import { defaultTrackingUri } from '../stores/defaultTrackingUri';
import { openStore } from '../stores/openStore';
import { TrackingError } from '../tracking/trackingError';
import { stderrLogger, writeLine } from './writers';

const REPAIR_USAGE = `Usage: mlflow-tracker repair [OPTION]...

Ends the runs that say RUNNING though nothing will end them: those whose mlflow-tracker was killed, or whose machine went
down. They become KILLED, at their last sign of life.

  --tracking-uri URI   as for mlflow-tracker run
  --experiment NAME    only this experiment
  --older-than TIME    also runs of other tools, which give no sign of life, when nothing has been logged to them for so
                       long: 90m, 12h, 7d
  --dry-run            only tell which
  --help
`;

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `mlflow-tracker repair`: @returns the exit code */
export async function repair(argv: readonly string[]): Promise<number> {
  const values = readOptions(argv);
  if (values.help === true) {
    process.stdout.write(REPAIR_USAGE);
    return 0;
  }
  const { env } = process;
  const workingDir = process.cwd();
  const silenceMs =
    values['older-than'] === undefined ? undefined : durationOf(values['older-than']);
  const store = await openStore(
    values['tracking-uri'] || (await defaultTrackingUri(workingDir, env)),
    { logger: stderrLogger(), workingDir, env },
  );
  try {
    const left = await findLeftRuns(store, {
      ...(values.experiment === undefined
        ? {}
        : { experimentIds: [await experimentNamed(store, values.experiment)] }),
      ...(silenceMs === undefined ? {} : { silenceMs }),
    });
    let closed = 0;
    for (const item of left) {
      const isClosed = values['dry-run'] === true || (await closeLeftRun(store, item));
      closed += isClosed ? 1 : 0;
      const { runName, runId } = item.run.info;
      const last = `last sign of life ${formatTimestamp(item.lastSignMs)}`;
      writeLine(process.stdout, `${runId} ${runName}: ${isClosed ? last : 'goes on after all'}`);
    }
    const done = values['dry-run'] === true ? 'would be ended' : 'ended';
    writeLine(process.stdout, `${closed} ${closed === 1 ? 'run' : 'runs'} ${done}`);
    return 0;
  } finally {
    await store.close();
  }
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        'tracking-uri': { type: 'string' },
        experiment: { type: 'string' },
        'older-than': { type: 'string' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function durationOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) {
    throw usageError(`--older-than takes a time such as 90m, 12h or 7d, not "${text}".`);
  }
  return Number(number) * unitMs;
}

function usageError(message: string): TrackingError {
  return new TrackingError(
    'INVALID_PARAMETER_VALUE',
    `${message} See mlflow-tracker repair --help.`,
  );
}

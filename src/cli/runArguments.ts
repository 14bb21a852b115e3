import { parseArgs } from 'node:util';
import type { CaptureOptions } from '../launch/launchRequest';
import type { KeyValue } from '../tracking/entities';
import { TrackingError } from '../tracking/trackingError';
import { validateExperimentName, validateParam, validateTag } from '../tracking/validation';

export const RUN_USAGE = `Usage: mlflow-tracker run [OPTION]... -- COMMAND [ARGUMENT]...

Runs a command as a tracked run: git state, source, command line, output and end status are recorded, and whatever
the command logs through an MLflow client lands in the same store. The exit code is the command's own.

  --tracking-uri URI   a folder, sqlite:///FILE, postgresql://…, mysql://…, mssql://… or http(s)://HOST; default:
                       MLFLOW_TRACKING_URI, else mlruns or mlflow.db in this folder, else a new mlflow.db
  --experiment NAME    default: the folder's name; a script that sets an experiment wins
  --run-name NAME      unless the script names its run
  --param KEY=VALUE    logged unless the script logs the same key; may be repeated
  --tag KEY=VALUE      set unless the script sets the same key; may be repeated
  --no-capture-params  do not take params from the command line and the configuration files that it names
  --no-capture-metrics do not take metrics from the output
  --metric-pattern RE  take metrics from lines like this regular expression, whose named groups are a step or an epoch
                       and metrics: 'step (?<step>\\d+): (?<loss>\\S+)'; may be repeated
  --system-metrics S   log the load of the machine every S seconds, 0 for never; default: 10
  --record-env NAMES   environment variables to record, by commas, * for any rest: CUDA_VISIBLE_DEVICES,OMP_*
  --autolog            turn on mlflow.autolog() before a Python script, where its interpreter has MLflow
  --session            the command is run by whoever started this, such as a debugger: JSON lines on stdin and stdout
  --cwd DIR            where the command runs; default: here. Relative tracking URIs start here in any case
  --keep-open DIR      afterwards wait for a key; a file named after the process id is in DIR while it waits
  --help
`;

export interface RunArguments {
  readonly help: boolean;
  readonly trackingUri?: string;
  readonly experimentName?: string;
  readonly runName?: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly capture: CaptureOptions;
  readonly autolog: boolean;
  readonly isSession: boolean;
  readonly cwd?: string;
  readonly keepOpenFolder?: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Reads what follows `mlflow-tracker run`. Throws a `TrackingError` whose message says what is wrong. */
export function parseRunArguments(argv: readonly string[]): RunArguments {
  const separator = argv.indexOf('--');
  const own = separator < 0 ? argv : argv.slice(0, separator);
  const { values, positionals } = readOptions(own);
  const [command, ...args] = separator < 0 ? [] : argv.slice(separator + 1);
  if (values.help !== true) {
    if (positionals.length > 0 || command === undefined) {
      throw usageError(
        positionals.length > 0
          ? `Put -- before the command: mlflow-tracker run [OPTION]... -- ${positionals.join(' ')}.`
          : 'The command to run is missing; it comes after --.',
      );
    }
    if (values.experiment !== undefined) {
      validateExperimentName(values.experiment);
    }
  }
  return {
    help: values.help === true,
    ...(values['tracking-uri'] === undefined ? {} : { trackingUri: values['tracking-uri'] }),
    ...(values.experiment === undefined ? {} : { experimentName: values.experiment }),
    ...(values['run-name'] === undefined ? {} : { runName: values['run-name'] }),
    params: pairs('--param', values.param ?? []).map(pair => validateParam(pair)),
    tags: pairs('--tag', values.tag ?? []).map(pair => validateTag(pair)),
    capture: {
      params: values['no-capture-params'] !== true,
      metrics: values['no-capture-metrics'] !== true,
      metricPatterns: values['metric-pattern'] ?? [],
      systemMetricsMs: secondsOf(values['system-metrics'] ?? '10') * 1000,
      environmentVariables: values['record-env']?.split(',').filter(name => name !== '') ?? [],
    },
    autolog: values.autolog === true,
    isSession: values.session === true,
    ...(values.cwd === undefined ? {} : { cwd: values.cwd }),
    ...(values['keep-open'] === undefined ? {} : { keepOpenFolder: values['keep-open'] }),
    command: command ?? '',
    args,
  };
}

function readOptions(own: readonly string[]) {
  try {
    return parseArgs({
      args: [...own],
      allowPositionals: true,
      options: {
        'tracking-uri': { type: 'string' },
        experiment: { type: 'string' },
        'run-name': { type: 'string' },
        param: { type: 'string', multiple: true },
        tag: { type: 'string', multiple: true },
        'no-capture-params': { type: 'boolean' },
        'no-capture-metrics': { type: 'boolean' },
        'metric-pattern': { type: 'string', multiple: true },
        'system-metrics': { type: 'string' },
        'record-env': { type: 'string' },
        autolog: { type: 'boolean' },
        session: { type: 'boolean' },
        cwd: { type: 'string' },
        'keep-open': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

/** Keys are unique: of a repeated one the last value counts, as for repeated options elsewhere. */
function pairs(option: string, texts: readonly string[]): readonly KeyValue[] {
  const byKey = new Map<string, string>();
  for (const text of texts) {
    const end = text.indexOf('=');
    if (end <= 0) {
      throw usageError(`${option} takes KEY=VALUE, and "${text}" is not that.`);
    }
    byKey.set(text.slice(0, end), text.slice(end + 1));
  }
  return [...byKey].map(([key, value]) => ({ key, value }));
}

function secondsOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds === 0 || (seconds >= 0.1 && seconds <= 86_400))) {
    throw usageError(`--system-metrics takes seconds from 0.1 to 86400, or 0, not "${text}".`);
  }
  return seconds;
}

function usageError(message: string): TrackingError {
  return new TrackingError('INVALID_PARAMETER_VALUE', `${message} See mlflow-tracker run --help.`);
}

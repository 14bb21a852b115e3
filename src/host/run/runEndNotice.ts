import { formatNumber } from '../../base/formatNumber';
import { formatDuration } from '../../base/formatTime';
import type { Metric, Run } from '../../tracking/entities';
import { chooseMainMetric } from '../model/mainMetric';
import { tagOf } from '../model/tagOf';

export type Translate = (message: string, ...values: (string | number)[]) => string;

/**
 * One sentence about a run that has ended: how, after how long, and its main metric against the previous run of the same
 * script. `eager-fox-12 finished after 2m 14s: val_acc 0.8731 (+0.0121 against kind-lynx-11)`
 */
export function runEndNotice(
  run: Run,
  previous: Run | undefined,
  wantedMetric: string,
  translate: Translate,
): string {
  const { info, data } = run;
  const name = info.runName || info.runId;
  const durationMs = Number(info.endTimeMs ?? 0) - Number(info.startTimeMs ?? 0);
  const end = translate(endText(info.status), name, formatDuration(Math.max(0, durationMs)));
  const keys = data.metrics.map(({ key }) => key);
  const main = metricNamed(run, chooseMainMetric(keys, [wantedMetric]));
  if (main === undefined) {
    return end;
  }
  const before = previous && metricNamed(previous, main.key);
  const change =
    previous === undefined || before === undefined || !Number.isFinite(main.value - before.value)
      ? ''
      : ` (${translate(
          '{0} against {1}',
          signed(main.value - before.value),
          previous.info.runName || previous.info.runId,
        )})`;
  return `${end}: ${main.key} ${formatNumber(main.value)}${change}`;
}

/** The filter that finds runs of the same script; undefined when the run does not name its script. */
export function sameScriptFilter(run: Run): string | undefined {
  const source = tagOf(run, 'mlflow.source.name');
  if (source === undefined || (source.includes("'") && source.includes('"'))) {
    return undefined;
  }
  const quote = source.includes("'") ? '"' : "'";
  return `tags.\`mlflow.source.name\` = ${quote}${source}${quote} AND attributes.status = 'FINISHED'`;
}

function endText(status: Run['info']['status']): string {
  switch (status) {
    case 'FAILED':
      return '{0} failed after {1}';
    case 'KILLED':
      return '{0} was killed after {1}';
    default:
      return '{0} finished after {1}';
  }
}

function metricNamed(run: Run, key: string | undefined): Metric | undefined {
  return run.data.metrics.find(metric => metric.key === key);
}

function signed(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${formatNumber(Math.abs(difference))}`;
}

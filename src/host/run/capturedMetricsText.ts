import { OutputMetrics } from '../../launch/capture/outputMetrics';

/** Lines that are listed; a longer log has told what it is like by then. */
const MAX_LISTED = 5_000;
/** Characters of a line that are shown. */
const MAX_SHOWN = 120;
/** What a console log has before what was printed, see `ConsoleRecord`. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:! )?/;
/** In lines, for an editor does not wrap them. */
const ADVICE = [
  'A line is recognised when it tells its step or epoch beside the values, or is JSON:',
  '',
  '    epoch 3: loss=0.41',
  '    {"step": 3, "loss": 0.41}',
  '',
  'For others add a pattern to the setting tracker.run.metricPatterns.',
].join('\n');

/**
 * Which lines of an output give which metrics, as text for a person.
 * @param patterns of the setting `tracker.run.metricPatterns`. Throws INVALID_PARAMETER_VALUE for a wrong one.
 * @param name of what the output is a text of
 * @param firstLine the number of its first line there
 */
export function capturedMetricsText(
  output: string,
  patterns: readonly string[],
  name: string,
  firstLine = 1,
): string {
  const metrics = new OutputMetrics(patterns);
  const lines = output.split(/\r?\n/).map(line => line.replace(STAMP, ''));
  const keys = new Set<string>();
  const listed: string[] = [];
  let withMetrics = 0;
  for (const [index, line] of lines.entries()) {
    const found = metrics.read(line);
    if (found.length > 0) {
      withMetrics += 1;
      found.forEach(({ key }) => keys.add(key));
      if (listed.length < MAX_LISTED) {
        const told = found.map(({ key, value, step }) => `${key} = ${value}  (step ${step})`);
        listed.push(`line ${firstLine + index}: ${cut(line)}\n    ${told.join('\n    ')}`);
      }
    }
  }
  const lineCount = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const summary =
    withMetrics === 0
      ? `None of the ${lineCount} lines of ${name} gives a metric.\n\n${ADVICE}`
      : `${withMetrics} of the ${lineCount} lines of ${name} give metrics: ${[...keys].join(', ')}.`;
  const rest =
    withMetrics > listed.length ? [`… and ${withMetrics - listed.length} lines more.`] : [];
  return `${[summary, ...listed, ...rest].join('\n\n')}\n`;
}

function cut(line: string): string {
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

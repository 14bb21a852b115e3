import { TrackingError } from '../../tracking/trackingError';
import { metricsOf, numberIn, type LineReader } from './capturedMetric';

/** One reader for each of a person's patterns. Throws INVALID_PARAMETER_VALUE with the reason for a wrong one. */
export function readOwnPatterns(patterns: readonly string[]): readonly LineReader[] {
  return patterns.map(source => {
    const pattern = compile(source);
    return line => {
      const groups = pattern.exec(line)?.groups;
      if (groups === undefined) {
        return undefined;
      }
      const { key, value, ...named } = groups;
      const texts: readonly (readonly [string, string | undefined])[] = [
        ...Object.entries(named),
        ...(key === undefined ? [] : [[key, value] as const]),
      ];
      return metricsOf(
        texts.flatMap(([name, text]) => {
          const number = numberIn(text ?? '');
          return number === undefined ? [] : [[name, number] as const];
        }),
      );
    };
  });
}

function compile(source: string): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The metric pattern ${JSON.stringify(source)} is no regular expression: ${reason}.`,
      { cause: error },
    );
  }
  if (!/\(\?<(?![=!])/.test(source)) {
    throw new TrackingError(
      'INVALID_PARAMETER_VALUE',
      `The metric pattern ${JSON.stringify(source)} has no named group: write (?<loss>…) where the number of loss stands.`,
    );
  }
  return pattern;
}

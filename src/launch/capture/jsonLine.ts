import { metricsOf, numberIn, type CapturedMetric } from './capturedMetric';

/** Characters. A longer line is data. */
const MAX_LENGTH = 20_000;
const SIMPLE_KEY = /'([^'"\\]*)'/g;

/** A line that is an object as JSON or as Python prints a dict (Hugging Face's Trainer does); nested names are joined by `/`. */
export function readJsonLine(line: string): readonly CapturedMetric[] | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}') || text.length > MAX_LENGTH) {
    return undefined;
  }
  const record = parse(text) ?? parse(fromPython(text));
  return record === undefined ? undefined : metricsOf([...numbers(record, '')]);
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function fromPython(text: string): string {
  return text
    .replace(SIMPLE_KEY, '"$1"')
    .replace(/(?<=[:,[]\s*)(nan|-?inf)(?=\s*[,}\]])/g, '"$1"')
    .replace(/\b(?:np\.)?(?:float|int)(?:16|32|64)?\(([^()]*)\)/g, '$1')
    .replace(/(?<=[:,[]\s*)(True|False|None)(?=\s*[,}\]])/g, 'null');
}

function* numbers(record: object, prefix: string): Generator<readonly [string, number]> {
  for (const [key, value] of Object.entries(record) as [string, unknown][]) {
    const name = prefix + key;
    if (typeof value === 'number') {
      yield [name, value];
    } else if (typeof value === 'string') {
      const number = numberIn(value);
      if (number !== undefined) {
        yield [name, number];
      }
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      yield* numbers(value, `${name}/`);
    }
  }
}

import type { RequestCase, Subjects } from './requestCase';
import type { Answer } from './sendCase';

/** What two servers must agree on: the status, the error's code or the answer's content without what is made anew each time. */
export interface Normalised {
  readonly status: number;
  /** MLflow's code, or the kind of a body that is no JSON of the API. */
  readonly code?: string;
  readonly content?: unknown;
}

interface Context {
  readonly subjects: Subjects;
  /** The server's own, which paths may name. */
  readonly folder: string;
  readonly request: RequestCase;
}

/** ms. Anything later is a clock's reading, not a value of the table. */
const CLOCK_START = 1_710_000_000_000;
const GENERATED_NAME = /^[a-z]+-[a-z]+-\d{1,4}$/;
/** Lists whose order MLflow leaves open. */
const SETS = new Set(['tags', 'params', 'dataset_inputs', 'dataset_summaries', 'model_outputs']);

export function normalise({ status, text, contentType }: Answer, context: Context): Normalised {
  const body = parse(text);
  if (status >= 400) {
    const code = isRecord(body) ? body['error_code'] : undefined;
    const kind = contentType.split(';', 1)[0] ?? '';
    return { status, code: typeof code === 'string' ? code : `<${kind}>` };
  }
  if (!contentType.startsWith('application/json')) {
    return { status, content: text };
  }
  const { subjects, folder, request } = context;
  const names = new Map(Object.entries(subjects).map(([name, id]) => [String(id), `<${name}>`]));
  const masks: Masks = { names, folder, ofRuns: /\/runs\/|get-history\?/.test(request.path) };
  return { status, content: mask(body, '', masks) };
}

interface Masks {
  readonly names: ReadonlyMap<string, string>;
  readonly folder: string;
  /** The answer tells of runs alone. */
  readonly ofRuns: boolean;
}

/** @param place the member that holds the value */
function mask(value: unknown, place: string, masks: Masks): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => mask(item, place, masks));
    return SETS.has(place) ? items.sort(compareJson) : items;
  }
  if (isRecord(value)) {
    const isLatest = place === 'data' && 'metrics' in value;
    const members = Object.entries(value)
      .filter(([name, member]) => !isLeftOut(name, member, place, masks))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, mask(member, name, masks)] as const);
    const masked = Object.fromEntries(members);
    return isLatest ? { ...masked, metrics: sorted(masked['metrics']) } : masked;
  }
  if (typeof value === 'number' && value > CLOCK_START && value < 2 * CLOCK_START) {
    return '<now>';
  }
  return typeof value === 'string' ? maskText(value, place, masks) : value;
}

/**
 * Absent and empty are one to protobuf, and MLflow's stores differ in it: `outputs` of a new run, type and source of a model.
 * The workspace is of a feature that is not served here; clients read its absence as the default one. MLflow's file store
 * repeats the run's id in each of its metrics, the others do not.
 */
function isLeftOut(name: string, value: unknown, place: string, { ofRuns }: Masks): boolean {
  return (
    name === 'workspace' ||
    (name === 'outputs' && JSON.stringify(value) === '{}') ||
    ((name === 'model_type' || name === 'source_run_id') && value === '') ||
    (name === 'run_id' && place === 'metrics' && ofRuns)
  );
}

function maskText(text: string, place: string, { names, folder }: Masks): string {
  if (place === 'next_page_token') {
    return '<token>';
  }
  if (GENERATED_NAME.test(text)) {
    return '<generated>';
  }
  const masked = text
    .replaceAll(folder, '<folder>')
    .replace(/\b(m-)?[\da-f]{32}\b/g, id => names.get(id) ?? '<id>')
    .replace(/\b\d{18}\b/g, id => names.get(id) ?? '<number>');
  return masked.length > 100 ? `${masked.slice(0, 20)}… ${masked.length}` : masked;
}

/** JSON as MLflow writes it, which has bare NaN tokens in one place. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(items: unknown): unknown {
  return Array.isArray(items) ? [...(items as unknown[])].sort(compareJson) : items;
}

function compareJson(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

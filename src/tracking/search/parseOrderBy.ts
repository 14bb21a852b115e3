import type { SearchLoggedModelsRequest } from '../trackingStore';
import { TrackingError } from '../trackingError';
import type { OrderClause } from './ast';
import {
  experimentOrderSchema,
  loggedModelOrderSchema,
  runOrderSchema,
  type SearchSchema,
} from './searchSchema';
import { TokenReader } from './tokenReader';

/** An order of logged models; the metric points that count may be limited to one dataset. */
export interface LoggedModelOrderClause extends OrderClause {
  readonly datasetName?: string;
  readonly datasetDigest?: string;
}

/**
 * Parses clauses such as `metrics.loss DESC`, one a string. A key that was named before is dropped: it cannot change the
 * order. Tie-breakers are not added, see `completeRunOrder`. Throws INVALID_PARAMETER_VALUE.
 */
export function parseRunOrderBy(clauses: readonly string[] | undefined): OrderClause[] {
  return parseOrderBy(clauses, runOrderSchema);
}

/** As `parseRunOrderBy`, for experiments: `name`, `experiment_id`, `creation_time`, `last_update_time`. */
export function parseExperimentOrderBy(clauses: readonly string[] | undefined): OrderClause[] {
  return parseOrderBy(clauses, experimentOrderSchema);
}

/** Logged models are ordered by objects, not by text; the field name is `metrics.<key>` or an attribute. */
export function parseLoggedModelOrderBy(
  orderBy: SearchLoggedModelsRequest['orderBy'],
): LoggedModelOrderClause[] {
  return (orderBy ?? []).map(entry => {
    if (entry.datasetDigest !== undefined && entry.datasetName === undefined) {
      throw new TrackingError(
        'INVALID_PARAMETER_VALUE',
        '`dataset_digest` can only be specified if `dataset_name` is also specified.',
      );
    }
    const field = entry.fieldName.startsWith('metrics.')
      ? ({ entity: 'metric', key: metricKey(entry.fieldName) } as const)
      : parseClause(entry.fieldName, loggedModelOrderSchema).field;
    return {
      field,
      ascending: entry.ascending ?? true,
      ...(entry.datasetName === undefined ? {} : { datasetName: entry.datasetName }),
      ...(entry.datasetDigest === undefined ? {} : { datasetDigest: entry.datasetDigest }),
    };
  });
}

/** The key of a `metrics.` field name needs no quotes: the whole rest is the key. Quotes are taken off all the same. */
function metricKey(fieldName: string): string {
  const key = fieldName.slice('metrics.'.length);
  return /^(["'`])(.+)\1$/s.exec(key)?.[2] ?? key;
}

function parseOrderBy(clauses: readonly string[] | undefined, schema: SearchSchema): OrderClause[] {
  const parsed: OrderClause[] = [];
  for (const text of clauses ?? []) {
    const clause = parseClause(text, schema);
    const known = parsed.some(
      ({ field }) => field.entity === clause.field.entity && field.key === clause.field.key,
    );
    if (!known) {
      parsed.push(clause);
    }
  }
  return parsed;
}

function parseClause(text: string, schema: SearchSchema): OrderClause {
  const tokens = new TokenReader({ text, label: `order_by clause '${text}'` }, schema);
  const { field } = tokens.takeField();
  const ascending = tokens.takeKeyword('ASC') || !tokens.takeKeyword('DESC');
  if (tokens.peek().kind !== 'end') {
    throw tokens.unexpected('ASC, DESC or the end');
  }
  return { field, ascending };
}

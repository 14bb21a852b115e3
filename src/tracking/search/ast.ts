/**
 * The search language as a tree: parsed once (`parse*.ts`), then evaluated on files (`predicate.ts`) or compiled to SQL
 * (`stores/sql`). Grammar: MLflow's, and as a superset OR, NOT, parentheses, BETWEEN, and IN on every type.
 */
export type Comparator =
  | '='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'BETWEEN'
  | 'IS NULL'
  | 'IS NOT NULL';

/** `attribute` keys are normalised (`created` and `Created` become `start_time`, `run name` becomes `run_name`). */
export interface Field {
  readonly entity: 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';
  readonly key: string;
}

/** Numbers for metrics and times (bigint beyond 2^53), text for everything else. */
export type Literal = string | number | bigint;

export interface Comparison {
  readonly kind: 'comparison';
  readonly field: Field;
  readonly comparator: Comparator;
  /** None for IS [NOT] NULL, two for BETWEEN (inclusive), one or more for [NOT] IN, else one. */
  readonly values: readonly Literal[];
}

/**
 * A missing key makes a comparison false, also `!=` and `NOT IN`; only IS NULL matches absence. `not` is plain two-valued
 * negation of that on every store, so NOT (metrics.a > 1) matches runs without `a`, and those whose `a` is NaN: there is no
 * third, unknown truth as in SQL. An `and` with no operands matches everything. `docs/search.md` tells it to people.
 */
export type Filter =
  | Comparison
  | { readonly kind: 'and'; readonly operands: readonly Filter[] }
  | { readonly kind: 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter };

/**
 * Order of runs: values in the asked direction, then NaN, then missing, for ASC and DESC alike; ties by `start_time` DESC
 * (unless already ordered by it), then `run_id` ASC. Text compares by code point.
 */
export interface OrderClause {
  readonly field: Field;
  readonly ascending: boolean;
}

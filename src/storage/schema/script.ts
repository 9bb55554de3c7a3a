/**
 * Transaction scripts. A script is a generator over prepared queries, written once: the SQLite engine drives it
 * synchronously so that many share one transaction, the PostgreSQL engine awaits each step. No I/O but queries
 * may happen inside one, and it may be run again after a serialization failure.
 */

/** What drizzle's `.prepare(name)` returns, reduced to what the engines need; `Row` is the typed row. */
export interface Prepared<Row, Params = Record<string, unknown>> {
  execute(params?: Params): Promise<unknown>;
  /** Never present; carries the type of a row. */
  readonly row?: Row;
}

export type Step =
  | { readonly kind: 'query'; readonly query: unknown; readonly params: Record<string, unknown> | undefined }
  | { readonly kind: 'touched'; readonly account: number; readonly modseq: number };

export type Script<R> = Generator<Step, R, unknown>;

type RowsOf<Q> = Q extends { execute(params?: never): Promise<infer Result> }
  ? Result extends readonly unknown[]
    ? Result
    : never[]
  : never;

/** Runs a prepared query; answers its rows (none where the statement returns none). */
export function* run<Q extends { execute(...params: never[]): Promise<unknown> }>(
  query: Q,
  params?: Record<string, unknown>,
): Generator<Step, RowsOf<Q>, unknown> {
  return (yield { kind: 'query', query, params }) as RowsOf<Q>;
}

/** The first row, or undefined. */
export function first<Row>(rows: readonly Row[]): Row | undefined {
  return rows[0];
}

/** The only row; its absence is our bug. */
export function one<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new Error('a query that must answer a row answered none');
  return row;
}

/** Says that an account's change counter moved: after the commit its listeners are woken. */
export function* touched(account: number, modseq: number): Generator<Step, void, unknown> {
  yield { kind: 'touched', account, modseq };
}

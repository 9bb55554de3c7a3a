import type { NodePgDatabase, SQL } from '../drizzle.ts';
import type { Dialect, Tables } from './kit.ts';
import type { Prepared, Script } from './script.ts';

/** What a module's `queries` is built from: the typed database, its own tables, and what differs by dialect. */
export interface QueryContext<T> {
  readonly db: NodePgDatabase;
  readonly t: T;
  readonly d: DialectTools;
}

/** The few things that SQLite and PostgreSQL spell differently. */
export interface DialectTools {
  readonly dialect: Dialect;
  /** `column IN (the JSON array of numbers bound to name)`; bind with `numbers([…])`. */
  inNumbers(column: unknown, name: string): SQL<boolean>;
  /** `column IN (the JSON array of texts bound to name)`; bind with `texts([…])`. */
  inTexts(column: unknown, name: string): SQL<boolean>;
  /** Inserts the rows bound to `rows` with one statement (unnest) on PostgreSQL, one prepared run per row on SQLite. */
  insertMany<Row extends Record<string, unknown>>(table: unknown): Prepared<never, { rows: readonly Row[] }>;
}

export const numbers = (list: Iterable<number>): string => `[${Array.from(list).join(',')}]`;
export const texts = (list: Iterable<string>): string => JSON.stringify(Array.from(list));

/**
 * `write` runs in the writer's transaction, one account at a time; `read` is a point read, run at once in the
 * calling thread; `scan` may touch many rows and goes to a reader thread. `recall` is a `read` that depends on rows
 * of its module alone, and of `account` alone where it names one: where nobody else writes, its answer is kept until a
 * write of the module does that names this account or none.
 * Such an answer is frozen and must not hold what cannot be (a Map, a Set); of an array of bytes nobody may write.
 */
export type OperationKind = 'write' | 'read' | 'recall' | 'scan';

export interface Operation<Args, Result> {
  readonly name: string;
  readonly kind: OperationKind;
  /** Never called; carries the types. */
  readonly types?: (args: Args) => Result;
}

// The engine holds operations of all modules in one map; their argument types are checked at `call`.
export interface AnyOperation extends Operation<never, unknown> {
  readonly module: string;
  /** Writes with the same line run one after the other, in whichever process. */
  readonly line?: string;
  readonly script: (queries: never, args: never) => Script<unknown>;
}

/** A walk over all accounts, a few at a time: call it with `next` until that is null; it starts after account -1. */
export interface Walked {
  readonly next: number | null;
}

/** Faults found (or mended), one line each, naming the thing and what is wrong with it. */
export interface Findings extends Walked {
  readonly faults: readonly string[];
}

/** How often each blob is referred to by what was walked over. */
export interface BlobUses extends Walked {
  readonly uses: readonly { readonly hash: string; readonly uses: number }[];
}

/** What has a content, as an operator is told: `the file /Letters/a.txt`, and whose it is. */
export interface BlobOwners extends Walked {
  readonly owners: readonly { readonly hash: string; readonly account: number; readonly what: string }[];
}

export interface Step {
  readonly after: number;
}

/** What a module says about its own soundness; `verifyAll`, `repairAll` and `afterRestore` run these. */
export interface ModuleChecks {
  /** Scans; each sees one snapshot. */
  readonly checks?: readonly Operation<Step, Findings>[];
  /** A scan. A module that keeps blobs must declare it, or its blobs look unused. */
  readonly blobUses?: Operation<Step, BlobUses>;
  /** A scan: what has one of these contents. It holds names that members gave, so it is for an operator's terminal alone. */
  readonly blobOwners?: Operation<Step & { readonly hashes: readonly string[] }, BlobOwners>;
  /** A write: works out again what follows from the rest, such as counters; answers what it mended. */
  readonly repair?: Operation<Step & { readonly now: number }, Findings>;
  /** A write, after a restore: what clients remember of the time since the backup must never come true again. */
  readonly restored?: Operation<Step & { readonly nowSeconds: number }, Walked>;
}

/**
 * A rule that the database itself keeps, whoever writes: a statement that would make `refuse` true is refused with `message`.
 * The condition is SQL that both engines know, over NEW and OLD, with names in double quotes; no booleans.
 */
export interface Guard {
  readonly name: string;
  readonly table: string;
  readonly on: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly refuse: string;
  readonly message: string;
}

/** What a store contributes: its tables, its prepared queries, its operations and its own integrity checks. */
export interface StoreModule extends ModuleChecks {
  readonly name: string;
  readonly tables: Tables<Record<string, unknown>>;
  readonly queries: (context: QueryContext<never>) => object;
  readonly operations: readonly AnyOperation[];
  readonly guards?: readonly Guard[];
}

type OperationMaker<Q> = <Args, Result>(
  script: (queries: Q, args: Args) => Script<Result>,
) => {
  kind: OperationKind;
  script: (queries: Q, args: Args) => Script<Result>;
};

/** What makes a room's share of the operations of a module. */
export type OperationMakers<Q> = Readonly<Record<OperationKind, OperationMaker<Q>>>;

type Declared = { kind: OperationKind; script: (queries: never, args: never) => Script<unknown> };

type OperationsOf<O extends Record<string, Declared>> = {
  readonly [K in keyof O]: O[K] extends { script: (queries: never, args: infer Args) => Script<infer Result> }
    ? Operation<Args, Result>
    : never;
};

/**
 * Declares a module: `defineModule({ name: 'mail', tables, queries: ({ db, t, d }) => ({ … }), operations: ({ read, scan,
 * write }) => ({ find: read(function* (q, args: { … }) { … }) }) })`. Operation names become `mail.find`.
 */
export function defineModule<
  T extends Record<string, unknown>,
  Q extends object,
  O extends Record<string, Declared>,
>(declaration: {
  name: string;
  tables: Tables<T>;
  queries: (context: QueryContext<T>) => Q;
  operations: (make: OperationMakers<Q>) => O;
  integrity?: (operations: OperationsOf<O>) => ModuleChecks;
  guards?: readonly Guard[];
  /** All its writes stand in one line: what a script has looked at is still so when it writes, whatever it looked at. */
  inOneLine?: boolean;
}): { module: StoreModule; operations: OperationsOf<O> } {
  const maker = (kind: OperationKind) =>
    ((script: Declared['script']) => ({ kind, script })) as unknown as OperationMaker<Q>;
  const declared = declaration.operations({
    write: maker('write'),
    read: maker('read'),
    recall: maker('recall'),
    scan: maker('scan'),
  });
  const operations: AnyOperation[] = [];
  const byKey: Record<string, AnyOperation> = {};
  for (const [key, value] of Object.entries(declared)) {
    const operation = {
      ...{ module: declaration.name, name: `${declaration.name}.${key}` },
      ...(declaration.inOneLine && value.kind === 'write' && { line: declaration.name }),
      ...value,
    };
    operations.push(operation);
    byKey[key] = operation;
  }
  return {
    module: {
      ...declaration.integrity?.(byKey as unknown as OperationsOf<O>),
      name: declaration.name,
      tables: declaration.tables,
      queries: declaration.queries as StoreModule['queries'],
      operations,
      ...(declaration.guards && { guards: declaration.guards }),
    },
    operations: byKey as unknown as OperationsOf<O>,
  };
}

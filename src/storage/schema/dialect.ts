import {
  getTableColumns,
  type NodePgDatabase,
  type PgColumn,
  type PgTable,
  type SQL,
  sql,
  type Table,
} from '../drizzle.ts';
import type { Dialect } from './kit.ts';
import type { DialectTools, StoreModule } from './module.ts';
import type { Prepared } from './script.ts';

/** A prepared insert of many rows; each engine runs it its own way. */
export class ManyRows {
  readonly insertRow: { run(row: Record<string, unknown>): unknown } | null;
  readonly insertAll: ((rows: readonly Record<string, unknown>[]) => Promise<unknown>) | null;

  constructor(insertRow: ManyRows['insertRow'], insertAll: ManyRows['insertAll']) {
    this.insertRow = insertRow;
    this.insertAll = insertAll;
  }

  execute(): Promise<unknown> {
    throw new Error('insertMany runs only inside a script');
  }
}

/** What the PostgreSQL engine's connection offers to dialect tools. */
export type RawQuery = (config: { name: string; text: string; values: unknown[] }) => Promise<unknown>;

function insertRowPrepared(db: NodePgDatabase, table: PgTable): ManyRows['insertRow'] {
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(getTableColumns(table as Table))) values[key] = sql.placeholder(key);
  const prepared = db
    .insert(table)
    .values(values as never)
    .prepare('unused on SQLite');
  return prepared as unknown as ManyRows['insertRow'];
}

function insertAllUnnest(raw: RawQuery, name: string, table: PgTable): ManyRows['insertAll'] {
  const columns = Object.entries(getTableColumns(table as Table)) as [string, PgColumn][];
  const names = columns.map(([, column]) => `"${column.name}"`).join(', ');
  const arrays = columns.map(([, column], at) => `$${at + 1}::${column.getSQLType()}[]`).join(', ');
  const text = `insert into "${name}" (${names}) select * from unnest(${arrays})`;
  return (rows) =>
    raw({
      name: `many_${name}`,
      text,
      values: columns.map(([key, column]) =>
        rows.map((row) =>
          row[key] === null || row[key] === undefined ? null : column.mapToDriverValue(row[key]),
        ),
      ),
    });
}

const tableName = Symbol.for('drizzle:Name');

export function dialectTools(dialect: Dialect, db: NodePgDatabase, raw: RawQuery | null): DialectTools {
  const list = (column: unknown, name: string, cast: SQL) =>
    dialect === 'sqlite'
      ? sql<boolean>`${column} in (select value from json_each(${sql.placeholder(name)}))`
      : sql<boolean>`${column} = any(array(select ${cast} from json_array_elements_text(cast(${sql.placeholder(name)} as json)) as element(value)))`;
  return {
    dialect,
    inNumbers: (column, name) => list(column, name, sql`cast(element.value as bigint)`),
    inTexts: (column, name) => list(column, name, sql`element.value`),
    insertMany: <Row extends Record<string, unknown>>(table: unknown) => {
      const target = table as PgTable & { [tableName]: string };
      const many =
        raw === null
          ? new ManyRows(insertRowPrepared(db, target), null)
          : new ManyRows(null, insertAllUnnest(raw, target[tableName], target));
      return many as unknown as Prepared<never, { rows: readonly Row[] }>;
    },
  };
}

/** The prepared queries of each module over one connection, made when it is first asked for: most threads need a few. */
export class PreparedQueries {
  readonly #make: (module: StoreModule) => object;
  readonly #modules: readonly StoreModule[];
  readonly #prepared = new Map<string, object>();

  /** `run`: what the connection makes of a module's queries before they are run. */
  constructor(
    modules: readonly StoreModule[],
    dialect: Dialect,
    over: { readonly db: NodePgDatabase; readonly raw: RawQuery | null },
    run: (queries: object) => object = (queries) => queries,
  ) {
    const d = dialectTools(dialect, over.db, over.raw);
    this.#modules = modules;
    this.#make = (module) => run(module.queries({ db: over.db, t: module.tables[dialect], d } as never));
  }

  of(name: string): object {
    const before = this.#prepared.get(name);
    if (before) return before;
    const module = this.#modules.find((each) => each.name === name);
    if (!module) throw new Error(`there is no module ${name}`);
    const made = this.#make(module);
    this.#prepared.set(name, made);
    return made;
  }

  /** Prepares what is not yet prepared, a module at a time: true while there is more. */
  prepareNext(): boolean {
    const next = this.#modules.find(({ name }) => !this.#prepared.has(name));
    if (next) this.of(next.name);
    return next !== undefined;
  }
}

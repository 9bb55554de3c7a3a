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

/** Every module's prepared queries, by module name, over one connection. */
export function prepareAll(
  modules: readonly StoreModule[],
  dialect: Dialect,
  db: NodePgDatabase,
  raw: RawQuery | null,
): ReadonlyMap<string, object> {
  const d = dialectTools(dialect, db, raw);
  const prepared = new Map<string, object>();
  for (const module of modules) {
    prepared.set(module.name, module.queries({ db, t: module.tables[dialect], d } as never));
  }
  return prepared;
}

import {
  type AnyPgColumn,
  type AnySQLiteColumn,
  lite,
  type PgColumnBuilderBase,
  type PgTableExtraConfigValue,
  pgCore,
  type SQLiteColumnBuilderBase,
  type SQLiteTableExtraConfigValue,
  sql,
} from '../drizzle.ts';

/**
 * One description of a table yields both engines' drizzle tables. Stores write `defineTables((kit) => ({ … }))`;
 * the types are those of PostgreSQL, the SQLite flavour has the same column names and the same JavaScript values.
 */

/** Keys by column name. `rowid: false` makes SQLite's table WITHOUT ROWID, clustered on its primary key. */
export interface TableKeys<C> {
  readonly primaryKey?: readonly (keyof C & string)[];
  readonly unique?: readonly (readonly (keyof C & string)[])[];
  readonly index?: readonly (readonly (keyof C & string)[])[];
  /** Indexes of only the rows where that column is above zero: rows at zero cost nothing. */
  readonly indexAboveZero?: readonly (keyof C & string)[];
  /** Indexes of only the rows where the last of their columns is not null. */
  readonly indexPresent?: readonly (readonly (keyof C & string)[])[];
  readonly rowid?: boolean;
  /**
   * How many rows an index finds by its first column, by its first two, and so on, by the columns of the index: what SQLite's
   * planner believes in place of its own guess, which is ten rows whatever the column. The first key is the primary one.
   */
  readonly expected?: Readonly<Record<string, readonly number[]>>;
}

/** Rows of a table whose indexes are described by `expected`, as far as the planner is concerned. */
const expectedRows = 1_000_000;

/** `sqlite_stat1` as far as tables ask for it, by name of the table: an index and what is known of it. */
export const plannerFacts = new Map<string, readonly { readonly index: string; readonly stat: string }[]>();

const liteJson = lite.customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text),
});

/** Tables that SQLite keeps WITHOUT ROWID, by name; read when migrations are generated. */
export const withoutRowid = new Set<string>();

type PgColumns = Record<string, PgColumnBuilderBase>;

function nameOf(table: string, columns: readonly string[]): string {
  return `${table}_${columns.join('_')}`;
}

function makePgKit() {
  const pg = pgCore();
  const pgBytes = pg.customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
  const pgJson = pg.customType<{ data: unknown; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (text) => JSON.parse(text),
  });
  return {
    /** A whole number up to 2^53. */
    int: () => pg.bigint({ mode: 'number' }),
    /** A number that the database hands out once and never again. */
    id: () => pg.bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    text: () => pg.text(),
    bytes: () => pgBytes(),
    bool: () => pg.boolean(),
    /** A value kept as JSON text; parsed when read, so keep it out of hot rows. */
    json: <T>() => pgJson().$type<T>(),
    table<N extends string, C extends PgColumns>(name: N, columns: C, keys: TableKeys<C>) {
      return pg.pgTable(name, columns, (t) => {
        const columnsOf = (names: readonly string[]) =>
          names.map((column) => (t as Record<string, unknown>)[column]) as [AnyPgColumn, ...AnyPgColumn[]];
        const made: PgTableExtraConfigValue[] = [];
        if (keys.primaryKey) made.push(pg.primaryKey({ columns: columnsOf(keys.primaryKey) }));
        for (const key of keys.unique ?? [])
          made.push(pg.uniqueIndex(nameOf(name, key)).on(...columnsOf(key)));
        for (const key of keys.index ?? []) made.push(pg.index(nameOf(name, key)).on(...columnsOf(key)));
        for (const key of keys.indexPresent ?? []) {
          const columns = columnsOf(key);
          made.push(
            pg
              .index(nameOf(name, key))
              .on(...columns)
              .where(sql`${columns.at(-1)} is not null`),
          );
        }
        for (const key of keys.indexAboveZero ?? []) {
          const [column] = columnsOf([key]);
          made.push(
            pg
              .index(nameOf(name, [key]))
              .on(column)
              .where(sql`${column} > 0`),
          );
        }
        return made;
      });
    },
  };
}

export type Kit = ReturnType<typeof makePgKit>;

type LiteColumns = Record<string, SQLiteColumnBuilderBase>;

function factsOf(table: string, expected: Readonly<Record<string, readonly number[]>>) {
  return Object.entries(expected).map(([columns, rows], at) => ({
    index: at === 0 ? table : nameOf(table, columns.split(' ')),
    stat: [expectedRows, ...rows].join(' '),
  }));
}

const liteKit = {
  int: () => lite.integer(),
  id: () => lite.integer().primaryKey({ autoIncrement: true }),
  text: () => lite.text(),
  bytes: () => lite.blob({ mode: 'buffer' }),
  bool: () => lite.integer({ mode: 'boolean' }),
  json: () => liteJson(),
  table(name: string, columns: LiteColumns, keys: TableKeys<LiteColumns>) {
    if (keys.rowid === false) withoutRowid.add(name);
    if (keys.expected) plannerFacts.set(name, factsOf(name, keys.expected));
    return lite.sqliteTable(name, columns, (t) => {
      const columnsOf = (names: readonly string[]) =>
        names.map((column) => t[column]) as unknown as [AnySQLiteColumn, ...AnySQLiteColumn[]];
      const made: SQLiteTableExtraConfigValue[] = [];
      if (keys.primaryKey) made.push(lite.primaryKey({ columns: columnsOf(keys.primaryKey) }));
      for (const key of keys.unique ?? [])
        made.push(lite.uniqueIndex(nameOf(name, key)).on(...columnsOf(key)));
      for (const key of keys.index ?? []) made.push(lite.index(nameOf(name, key)).on(...columnsOf(key)));
      for (const key of keys.indexPresent ?? []) {
        const columns = columnsOf(key);
        made.push(
          lite
            .index(nameOf(name, key))
            .on(...columns)
            .where(sql`${columns.at(-1)} is not null`),
        );
      }
      for (const key of keys.indexAboveZero ?? []) {
        const [column] = columnsOf([key]);
        made.push(
          lite
            .index(nameOf(name, [key]))
            .on(column)
            .where(sql`${column} > 0`),
        );
      }
      return made;
    });
  },
};

export type Dialect = 'sqlite' | 'postgres';

/** Tables of both dialects behind the type of PostgreSQL's; those of PostgreSQL are made when they are asked for. */
export interface Tables<T> {
  readonly sqlite: T;
  readonly postgres: T;
}

let pgKit: Kit | undefined;

export function defineTables<T extends Record<string, unknown>>(build: (kit: Kit) => T): Tables<T> {
  let postgres: T | undefined;
  return {
    sqlite: build(liteKit as unknown as Kit),
    get postgres() {
      pgKit ??= makePgKit();
      postgres ??= build(pgKit);
      return postgres;
    },
  };
}

type Joined<T> = T extends readonly [Tables<infer First>, ...infer Rest] ? First & Joined<Rest> : unknown;

/** Tables that several rooms declare and one module owns. */
export function joinTables<const T extends readonly Tables<object>[]>(...parts: T): Tables<Joined<T>> {
  const join = (of: (part: Tables<object>) => object) => Object.assign({}, ...parts.map(of)) as Joined<T>;
  return {
    sqlite: join(({ sqlite }) => sqlite),
    get postgres() {
      return join(({ postgres }) => postgres);
    },
  };
}

import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asc, eq, lite, overSqlite, sql } from '../drizzle.ts';
import { DirectQuery } from './direct.ts';

const json = lite.customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text),
});

const things = lite.sqliteTable('things', {
  id: lite.integer().primaryKey(),
  isGood: lite.integer({ mode: 'boolean' }).notNull(),
  described: json().notNull(),
  bytes: lite.blob({ mode: 'buffer' }),
  renamed: lite.text('other_name'),
});
const uses = lite.sqliteTable('uses', { thing: lite.integer().notNull(), count: lite.integer().notNull() });

const p = sql.placeholder;
const everything = {
  id: p('id'),
  isGood: p('isGood'),
  described: p('described'),
  bytes: p('bytes'),
  renamed: p('renamed'),
};

let raw: SqliteDatabase.Database;
let db: ReturnType<typeof overSqlite>;

/** A drizzle query may be run directly or by itself, not both: running directly sets how its statement answers. */
function bothWays(
  make: () => object,
  values: Record<string, unknown> = {},
): [direct: unknown, drizzle: unknown] {
  const itself = make() as { all(values: object): unknown };
  return [new DirectQuery(make()).run(values), itself.all(values)];
}

beforeEach(() => {
  raw = new SqliteDatabase(':memory:');
  raw.exec(
    'create table things (id integer primary key, "isGood" integer, described text, bytes blob, other_name text)',
  );
  raw.exec('create table uses (thing integer, count integer)');
  db = overSqlite(raw);
  const insert = new DirectQuery(db.insert(things).values(everything).prepare());
  const row = { id: 1, isGood: true, described: { a: [1, null] }, bytes: Buffer.from('x'), renamed: 'one' };
  insert.run(row);
  insert.run({ ...row, id: 2, isGood: false, described: 'text', bytes: null, renamed: null });
  new DirectQuery(db.insert(uses).values({ thing: 1, count: 7 }).prepare()).run();
});

afterEach(() => void raw.close());

describe('queries run without drizzle', () => {
  it('answer rows that drizzle would answer, of every kind of column', () => {
    const [direct, drizzle] = bothWays(() => db.select().from(things).orderBy(asc(things.id)).prepare());
    expect(direct).toEqual(drizzle);
    expect(direct).toEqual([
      { id: 1, isGood: true, described: { a: [1, null] }, bytes: Buffer.from('x'), renamed: 'one' },
      { id: 2, isGood: false, described: 'text', bytes: null, renamed: null },
    ]);
  });

  it('name what is worked out as the query names it', () => {
    const [direct, drizzle] = bothWays(() =>
      db
        .select({
          number: things.id,
          sum: sql<number>`${things.id} + 1`,
          alias: sql<number>`count(*)`.as('c'),
        })
        .from(things)
        .groupBy(things.id)
        .prepare(),
    );
    expect(direct).toEqual(drizzle);
    expect(direct).toEqual([
      { number: 1, sum: 2, alias: 1 },
      { number: 2, sum: 3, alias: 1 },
    ]);
  });

  it('answer rows within rows', () => {
    const make = () =>
      db
        .select({ count: uses.count, thing: things })
        .from(uses)
        .innerJoin(things, eq(things.id, uses.thing))
        .prepare();
    const [direct, drizzle] = bothWays(make);
    expect(direct).toEqual(drizzle);
    expect(direct).toMatchObject([{ count: 7, thing: { id: 1, isGood: true } }]);
  });

  it('take values by name as often as they are named, beside those that are always the same', () => {
    const make = () =>
      db
        .select({ id: things.id })
        .from(things)
        .where(sql`${things.id} = ${p('id')} and ${p('id')} < ${2} and ${eq(things.isGood, p('isGood'))}`)
        .prepare();
    expect(bothWays(make, { id: 1, isGood: 1 })).toEqual([[{ id: 1 }], [{ id: 1 }]]);
    expect(bothWays(make, { id: 2, isGood: 0 })).toEqual([[], []]);
  });

  it('answer what RETURNING says, and nothing where nothing is returned', () => {
    const set = db.update(things).set({ renamed: p('to') as never });
    expect(new DirectQuery(set.prepare()).run({ to: 'all' })).toEqual([]);
    const returning = set.where(eq(things.id, p('id'))).returning({ now: things.renamed });
    expect(new DirectQuery(returning.prepare()).run({ to: 'two', id: 2 })).toEqual([{ now: 'two' }]);
  });

  it('refuse a value that is not given, by name', () => {
    const query = new DirectQuery(
      db
        .select()
        .from(things)
        .where(eq(things.id, p('id')))
        .prepare(),
    );
    expect(() => query.run({})).toThrow('parameter id');
    expect(() => query.run({ id: undefined })).toThrow('parameter id');
  });

  it('refuse rows that an outer join may leave out, when they are prepared', () => {
    const outer = db.select().from(things).leftJoin(uses, eq(things.id, uses.thing)).prepare();
    expect(() => new DirectQuery(outer)).toThrow('things.id');
  });
});

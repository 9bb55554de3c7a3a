import { and, asc, eq, ne, type QueryContext, sql } from '../../../storage/index.ts';
import { type CollectionsTables, doomedHome } from '../tables.ts';

type Context = QueryContext<CollectionsTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

export function collectionQueries({ db, t }: Context) {
  const c = t.collections;
  const here = and(eq(c.account, p('account')), eq(c.id, p('collection')));
  const inHome = and(eq(c.account, p('account')), eq(c.home, p('home') as never));
  return {
    collectionFind: db
      .select()
      .from(c)
      .where(and(here, ne(c.home, doomedHome)))
      .prepare('collection_find'),
    collectionNamed: db
      .select()
      .from(c)
      .where(and(inHome, eq(c.name, p('name'))))
      .prepare('collection_named'),
    collectionsIn: db.select().from(c).where(inHome).orderBy(asc(c.id)).prepare('collections_in'),
    collectionAdd: db
      .insert(c)
      .values({
        account: bound('account'),
        id: bound('id'),
        home: bound('home'),
        name: bound('name'),
        kind: bound('kind'),
        details: bound('details'),
        items: 0,
        bytes: 0,
        modseq: bound('modseq'),
        created: bound('now'),
        modified: bound('now'),
      })
      .returning()
      .prepare('collection_add'),
    /** What its items grew by. */
    collectionGrow: db
      .update(c)
      .set({
        items: sql`${c.items} + ${number('items')}`,
        bytes: sql`${c.bytes} + ${number('bytes')}`,
        modseq: bound('modseq'),
        modified: bound('now'),
      })
      .where(here)
      .prepare('collection_grow'),
    collectionSet: db
      .update(c)
      .set({ details: bound('details'), modseq: bound('modseq'), modified: bound('now') })
      .where(here)
      .returning()
      .prepare('collection_set'),
    collectionDoom: db
      .update(c)
      .set({ home: doomedHome, name: sql`cast(${c.id} as text)`, details: bound('details') })
      .where(here)
      .prepare('collection_doom'),
    collectionDrop: db.delete(c).where(here).prepare('collection_drop'),
  };
}

export function accountQueries({ db, t }: Context) {
  const a = t.collection_accounts;
  const here = eq(a.account, p('account'));
  return {
    accountMake: db
      .insert(a)
      .values({
        account: bound('account'),
        nextId: 1,
        bytes: 0,
        properties: 0,
        doomed: 0,
        horizon: 0,
        lostFrom: 0,
        lostTo: 0,
      })
      .onConflictDoNothing()
      .prepare('collection_account_make'),
    accountFind: db.select().from(a).where(here).prepare('collection_account_find'),
    accountGrow: db
      .update(a)
      .set({
        nextId: sql`${a.nextId} + ${number('ids')}`,
        bytes: sql`${a.bytes} + ${number('bytes')}`,
        properties: sql`${a.properties} + ${number('properties')}`,
        doomed: sql`${a.doomed} + ${number('doomed')}`,
      })
      .where(here)
      .prepare('collection_account_grow'),
  };
}

import { and, asc, eq, inArray, type QueryContext, sql } from '../../../storage/index.ts';
import { collectionsTables } from '../tables.ts';

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function shareQueries({ db, d }: QueryContext<never>) {
  const s = collectionsTables[d.dialect].collection_shares;
  const of = and(eq(s.account, p('account')), eq(s.collection, p('collection')));
  const here = and(of, eq(s.member, p('member')), eq(s.address, p('address')));
  const toGroups = and(eq(s.member, 0), d.inTexts(s.address, 'addresses'));
  return {
    sharesOf: db
      .select()
      .from(s)
      .where(of)
      .orderBy(asc(s.created), asc(s.member), asc(s.address))
      .prepare('collection_shares_of'),
    /** What was given to the member, to groups, and what the member made of that. */
    sharesFor: db
      .select()
      .from(s)
      .where(and(of, inArray(s.member, [0, p('member') as never])))
      .prepare('collection_shares_for'),
    // One at a time: each has an index of its own, that of members by a zero which SQLite must see.
    sharesToMember: db
      .select()
      .from(s)
      .where(and(eq(s.member, p('member')), sql`${s.member} > 0`))
      .prepare('collection_shares_to_member'),
    sharesToGroups: db.select().from(s).where(toGroups).prepare('collection_shares_to_groups'),
    shareCount: db
      .select({
        count: sql<number>`count(case when ${s.member} = 0 or ${s.address} = '' then 1 end)`.mapWith(Number),
      })
      .from(s)
      .where(of)
      .prepare('collection_share_count'),
    shareSet: db
      .insert(s)
      .values({
        account: bound('account'),
        collection: bound('collection'),
        member: bound('member'),
        address: bound('address'),
        rights: bound('rights'),
        state: bound('state'),
        details: bound('details'),
        summary: bound('summary'),
        created: bound('created'),
      })
      .onConflictDoUpdate({
        target: [s.account, s.collection, s.member, s.address],
        set: {
          rights: sql`excluded.rights`,
          state: sql`excluded.state`,
          details: sql`excluded.details`,
          summary: sql`excluded.summary`,
        },
      })
      .returning()
      .prepare('collection_share_set'),
    shareDrop: db.delete(s).where(here).returning({ member: s.member }).prepare('collection_share_drop'),
    /** A group's row, and what its members made of it. */
    sharesDropGroup: db
      .delete(s)
      .where(and(of, eq(s.address, p('address'))))
      .returning({ member: s.member })
      .prepare('collection_shares_drop_group'),
    sharesDrop: db.delete(s).where(of).returning({ member: s.member }).prepare('collection_shares_drop'),
    /** To the group, and what its members made of it. */
    sharesForgetGroup: db
      .delete(s)
      .where(eq(s.address, p('address')))
      .prepare('collection_shares_forget_group'),
    sharesDropFrom: db
      .delete(s)
      .where(eq(s.account, p('account')))
      .prepare('collection_shares_drop_from'),
    sharesDropTo: db
      .delete(s)
      .where(and(eq(s.member, p('account')), sql`${s.member} > 0`))
      .prepare('collection_shares_drop_to'),
  };
}

function delegateQueries({ db, d }: QueryContext<never>) {
  const x = collectionsTables[d.dialect].collection_delegates;
  return {
    delegatesOf: db
      .select()
      .from(x)
      .where(eq(x.account, p('account')))
      .orderBy(asc(x.rights), asc(x.member), asc(x.address))
      .prepare('collection_delegates_of'),
    delegatesDrop: db
      .delete(x)
      .where(and(eq(x.account, p('account')), eq(x.rights, p('rights') as never)))
      .prepare('collection_delegates_drop'),
    delegateAdd: db
      .insert(x)
      .values({
        account: bound('account'),
        rights: bound('rights'),
        member: bound('member'),
        address: bound('address'),
      })
      .onConflictDoNothing()
      .prepare('collection_delegate_add'),
    delegatedToMember: db
      .select()
      .from(x)
      .where(and(eq(x.member, p('member')), sql`${x.member} > 0`))
      .prepare('collection_delegated_to_member'),
    delegatedToGroups: db
      .select()
      .from(x)
      .where(and(eq(x.member, 0), d.inTexts(x.address, 'addresses')))
      .prepare('collection_delegated_to_groups'),
    delegatesForgetGroup: db
      .delete(x)
      .where(and(eq(x.member, 0), eq(x.address, p('address'))))
      .prepare('collection_delegates_forget_group'),
    delegatesDropFrom: db
      .delete(x)
      .where(eq(x.account, p('account')))
      .prepare('collection_delegates_drop_from'),
    delegatesDropTo: db
      .delete(x)
      .where(and(eq(x.member, p('account')), sql`${x.member} > 0`))
      .prepare('collection_delegates_drop_to'),
  };
}

function publicationQueries({ db, d }: QueryContext<never>) {
  const x = collectionsTables[d.dialect].collection_publications;
  const of = and(eq(x.account, p('account')), eq(x.collection, p('collection')));
  return {
    publicationFind: db
      .select()
      .from(x)
      .where(eq(x.token, p('token')))
      .prepare('collection_publication_find'),
    publicationOf: db.select().from(x).where(of).prepare('collection_publication_of'),
    /** One that is there keeps its token. */
    publicationSet: db
      .insert(x)
      .values({
        token: bound('token'),
        account: bound('account'),
        collection: bound('collection'),
        rights: bound('rights'),
        created: bound('now'),
      })
      .onConflictDoUpdate({ target: [x.account, x.collection], set: { rights: sql`excluded.rights` } })
      .returning()
      .prepare('collection_publication_set'),
    publicationDrop: db
      .delete(x)
      .where(of)
      .returning({ token: x.token })
      .prepare('collection_publication_drop'),
    publicationsDropAll: db
      .delete(x)
      .where(eq(x.account, p('account')))
      .prepare('collection_publications_drop_all'),
  };
}

/** Over tables that another module declares: who has a collection goes with it in one transaction. */
export function sharingQueries(context: QueryContext<never>) {
  return { ...shareQueries(context), ...delegateQueries(context), ...publicationQueries(context) };
}

export type SharingQueries = ReturnType<typeof sharingQueries>;

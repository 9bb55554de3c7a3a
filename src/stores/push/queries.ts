import { and, asc, eq, gt, lte, type QueryContext, sql } from '../../storage/index.ts';
import { limits } from './limits.ts';
import type { PushTables } from './tables.ts';

const p = sql.placeholder;
// Insert takes a placeholder for any type of column; its own type says text.
const n = (name: string) => p(name) as never;

export function pushQueries({ db, t }: QueryContext<PushTables>) {
  const r = t.push_registrations;
  const row = {
    token: r.token,
    member: r.member,
    account: r.account,
    place: r.place,
    resource: r.resource,
    publicKey: r.publicKey,
    authSecret: r.authSecret,
    contentDepth: r.contentDepth,
    properties: r.properties,
    expires: r.expires,
  };
  const isPlace = and(eq(r.account, p('account')), eq(r.place, p('place')));
  return {
    same: db
      .select({ token: r.token })
      .from(r)
      .where(and(isPlace, eq(r.member, p('member')), eq(r.digest, p('digest'))))
      .prepare('push_same'),
    countOf: db
      .select({ rows: sql<number>`count(*)` })
      .from(r)
      .where(and(isPlace, eq(r.member, p('member'))))
      .prepare('push_count_of'),
    count: db
      .select({ rows: sql<number>`count(*)` })
      .from(r)
      .where(eq(r.member, p('member')))
      .prepare('push_count'),
    put: db
      .insert(r)
      .values({
        token: p('token'),
        member: n('member'),
        account: n('account'),
        place: p('place'),
        resource: p('resource'),
        digest: p('digest'),
        publicKey: p('publicKey'),
        authSecret: p('authSecret'),
        contentDepth: n('contentDepth'),
        properties: n('properties'),
        expires: n('expires'),
      })
      .onConflictDoUpdate({
        target: [r.account, r.place, r.member, r.digest],
        set: {
          publicKey: n('publicKey'),
          authSecret: n('authSecret'),
          contentDepth: n('contentDepth'),
          properties: n('properties'),
          expires: n('expires'),
        },
      })
      .returning({ token: r.token })
      .prepare('push_put'),
    find: db
      .select(row)
      .from(r)
      .where(and(eq(r.token, p('token')), gt(r.expires, p('now'))))
      .prepare('push_find'),
    page: db
      .select(row)
      .from(r)
      .where(and(isPlace, gt(r.token, p('after')), gt(r.expires, p('now'))))
      .orderBy(asc(r.token))
      .limit(limits.pageRowsMax)
      .prepare('push_page'),
    drop: db
      .delete(r)
      .where(eq(r.token, p('token')))
      .returning({ token: r.token })
      .prepare('push_drop'),
    dropOf: db.delete(r).where(isPlace).prepare('push_drop_of'),
    dropEndedOf: db
      .delete(r)
      .where(and(eq(r.member, p('member')), lte(r.expires, p('now'))))
      .prepare('push_drop_ended_of'),
    dropEnded: db
      .delete(r)
      .where(lte(r.expires, p('now')))
      .prepare('push_drop_ended'),
    dropMember: db
      .delete(r)
      .where(eq(r.member, p('member')))
      .prepare('push_drop_member'),
    dropAccount: db
      .delete(r)
      .where(eq(r.account, p('member')))
      .prepare('push_drop_account'),
  };
}

export type PushQueries = ReturnType<typeof pushQueries>;

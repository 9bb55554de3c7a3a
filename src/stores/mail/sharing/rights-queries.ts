import { and, eq, ne, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** The ACLs of mailboxes (RFC 4314), and the way back from a member to what is shared with it. */
export function rightsQueries({ db, t, d }: Context) {
  const r = t.mailbox_rights;
  const m = t.mailboxes;
  const box = and(eq(r.account, p('account')), eq(r.mailbox, p('mailbox')));
  const line = { grantee: r.grantee, rights: r.rights, denied: r.denied };
  return {
    rightsOf: db.select(line).from(r).where(box).orderBy(r.grantee).prepare('rights_of'),
    rightsFor: db
      .select(line)
      .from(r)
      .where(and(box, d.inNumbers(r.grantee, 'grantees')))
      .prepare('rights_for'),
    /** Everything that names one of the grantees, with its mailbox: an index read, whoever shares. */
    rightsShared: db
      .select({ ...line, mailbox: m })
      .from(r)
      .innerJoin(m, and(eq(m.account, r.account), eq(m.id, r.mailbox)))
      .where(and(d.inNumbers(r.grantee, 'grantees'), ne(r.account, p('member'))))
      .prepare('rights_shared'),
    rightsPut: db
      .insert(r)
      .values({
        account: bound('account'),
        mailbox: bound('mailbox'),
        grantee: bound('grantee'),
        rights: bound('rights'),
        denied: bound('denied'),
      })
      .onConflictDoUpdate({
        target: [r.account, r.mailbox, r.grantee],
        set: { rights: sql`excluded.rights`, denied: sql`excluded.denied` },
      })
      .prepare('rights_put'),
    /** One statement: an ACL may have thousands of lines. */
    rightsInherit: db
      .insert(r)
      .select(
        db
          .select({
            account: r.account,
            mailbox: sql<number>`cast(${p('mailbox')} as bigint)`.as('mailbox'),
            grantee: r.grantee,
            rights: r.rights,
            denied: r.denied,
          })
          .from(r)
          .where(and(eq(r.account, p('account')), eq(r.mailbox, p('parent')))),
      )
      .prepare('rights_inherit'),
    rightsRemove: db
      .delete(r)
      .where(and(box, eq(r.grantee, p('grantee'))))
      .prepare('rights_remove'),
    rightsCount: db
      .select({ count: sql<number>`count(*)` })
      .from(r)
      .where(eq(r.account, p('account')))
      .prepare('rights_count'),
    rightsForget: db.delete(r).where(box).prepare('rights_forget'),
    rightsForgetAll: db
      .delete(r)
      .where(eq(r.account, p('account')))
      .prepare('rights_forget_all'),
    rightsForgetGrantee: db
      .delete(r)
      .where(eq(r.grantee, p('grantee')))
      .returning({ account: r.account })
      .prepare('rights_forget_grantee'),
    /** Lines of mailboxes that are not there. */
    rightsStray: db
      .select({ mailbox: r.mailbox, grantee: r.grantee })
      .from(r)
      .leftJoin(m, and(eq(m.account, r.account), eq(m.id, r.mailbox)))
      .where(and(eq(r.account, p('account')), sql`${m.id} is null`))
      .prepare('rights_stray'),
  };
}

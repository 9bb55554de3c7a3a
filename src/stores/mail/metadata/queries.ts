import { and, eq, gt, ne, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Annotations (RFC 5464). What was removed stays as a row without value, so that others can be told. */
export function metadataQueries({ db, t, d }: Context) {
  const n = t.mail_metadata;
  const m = t.mailboxes;
  const box = and(eq(n.account, p('account')), eq(n.mailbox, p('mailbox')));
  const there = sql`${n.value} is not null`;
  const sum = sql<number>`cast(coalesce(sum(${n.size}), 0) as bigint)`;
  return {
    metadataNames: db
      .select({ owner: n.owner, entry: n.entry, size: n.size })
      .from(n)
      .where(and(box, d.inNumbers(n.owner, 'owners'), there))
      .orderBy(n.owner, n.entry)
      .prepare('metadata_names'),
    metadataValues: db
      .select({ owner: n.owner, entry: n.entry, value: n.value })
      .from(n)
      .where(and(box, d.inNumbers(n.owner, 'owners'), d.inTexts(n.entry, 'entries'), there))
      .orderBy(n.owner, n.entry)
      .prepare('metadata_values'),
    metadataPut: db
      .insert(n)
      .values({
        account: bound('account'),
        mailbox: bound('mailbox'),
        owner: bound('owner'),
        entry: bound('entry'),
        modseq: bound('modseq'),
        size: bound('size'),
        value: bound('value'),
      })
      .onConflictDoUpdate({
        target: [n.account, n.mailbox, n.owner, n.entry],
        set: { value: sql`excluded.value`, size: sql`excluded.size`, modseq: sql`excluded.modseq` },
      })
      .prepare('metadata_put'),
    metadataAll: db.select().from(n).where(box).prepare('metadata_all'),
    /** Bytes of what a member wrote for itself, wherever it lies. */
    metadataPrivateSize: db
      .select({ size: sum })
      .from(n)
      .where(eq(n.owner, p('owner')))
      .prepare('metadata_private_size'),
    metadataSharedSize: db
      .select({ size: sum })
      .from(n)
      .where(and(eq(n.account, p('account')), eq(n.owner, 0)))
      .prepare('metadata_shared_size'),
    metadataChanged: db
      .select({ mailbox: n.mailbox, owner: n.owner, entry: n.entry, modseq: n.modseq })
      .from(n)
      .where(and(eq(n.account, p('account')), gt(n.modseq, p('since')), d.inNumbers(n.owner, 'owners')))
      .orderBy(n.mailbox, n.owner, n.entry)
      .prepare('metadata_changed'),
    metadataForget: db.delete(n).where(box).prepare('metadata_forget'),
    metadataForgetAll: db
      .delete(n)
      .where(eq(n.account, p('account')))
      .prepare('metadata_forget_all'),
    metadataForgetOwner: db
      .delete(n)
      .where(eq(n.owner, p('owner')))
      .prepare('metadata_forget_owner'),
    /** Annotations of mailboxes that are not there. */
    metadataStray: db
      .select({ mailbox: n.mailbox, owner: n.owner })
      .from(n)
      .leftJoin(m, and(eq(m.account, n.account), eq(m.id, n.mailbox)))
      .where(and(eq(n.account, p('account')), ne(n.mailbox, 0), sql`${m.id} is null`))
      .prepare('metadata_stray'),
  };
}

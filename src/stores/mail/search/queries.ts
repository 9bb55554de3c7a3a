import { and, asc, eq, gt, gte, lte, max, type QueryContext, sql } from '../../../storage/index.ts';
import { rowColumns } from '../row-columns.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** The cursor, and what is kept of each email. */
function textQueries({ db, t, d }: Context) {
  const { mail_accounts: a, emails: e, search_texts: x, search_waiting: w } = t;
  const among = (column: unknown) => d.inNumbers(column, 'emails');
  return {
    searchBehind: db
      .select({ account: a.account })
      .from(a)
      .where(and(gt(a.account, p('after')), sql`${a.searched} < ${a.nextEmail} - 1`))
      .orderBy(asc(a.account))
      .limit(bound('limit'))
      .prepare('search_behind'),
    searchPage: db
      .select({
        id: e.id,
        hash: e.hash,
        size: e.size,
        headerLength: e.headerLength,
        structure: e.structure,
      })
      .from(e)
      .where(and(eq(e.account, p('account')), gt(e.id, p('after'))))
      .orderBy(asc(e.id))
      .limit(bound('limit'))
      .prepare('search_page'),
    searchBehindCount: db
      .select({
        emails: sql<number>`cast(coalesce(sum(${a.nextEmail} - 1 - ${a.searched}), 0) as bigint)`,
      })
      .from(a)
      .prepare('search_behind_count'),
    /** No row where another indexer was faster. */
    searchAdvance: db
      .update(a)
      .set({ searched: bound('upTo') })
      .where(and(eq(a.account, p('account')), eq(a.searched, p('from'))))
      .returning({ account: a.account })
      .prepare('search_advance'),
    searchRestart: db
      .update(a)
      .set({ searched: 0 })
      .where(eq(a.account, p('account')))
      .prepare('search_restart'),
    emailsPresent: db
      .select({ id: e.id })
      .from(e)
      .where(and(eq(e.account, p('account')), among(e.id)))
      .prepare('search_emails_present'),
    searchTextInsert: d.insertMany<typeof x.$inferInsert>(x),
    searchFields: db
      .select({ id: x.id, fields: x.fields })
      .from(x)
      .where(and(eq(x.account, p('account')), among(x.id)))
      .prepare('search_fields'),
    searchTexts: db
      .select({ id: x.id, text: x.text })
      .from(x)
      .where(and(eq(x.account, p('account')), among(x.id)))
      .prepare('search_texts_read'),
    searchDays: db
      .select({ id: x.id, sentDay: x.sentDay })
      .from(x)
      .where(and(eq(x.account, p('account')), among(x.id), sql`${x.fields} is not null`))
      .prepare('search_days'),
    searchTextIds: db
      .select({ id: x.id })
      .from(x)
      .where(eq(x.account, p('account')))
      .prepare('search_text_ids'),
    searchTextRemove: db
      .delete(x)
      .where(and(eq(x.account, p('account')), among(x.id)))
      .prepare('search_text_remove'),
    searchTextForget: db
      .delete(x)
      .where(eq(x.account, p('account')))
      .prepare('search_text_forget'),
    waitingInsert: d.insertMany<typeof w.$inferInsert>(w),
    waitingAll: db
      .select({ id: w.id, columns: w.columns })
      .from(w)
      .where(eq(w.account, p('account')))
      .orderBy(asc(w.id))
      .prepare('search_waiting_all'),
    waitingSize: db
      .select({ bytes: sql<number>`cast(coalesce(sum(length(${w.columns})), 0) as bigint)` })
      .from(w)
      .where(eq(w.account, p('account')))
      .prepare('search_waiting_size'),
    waitingRemove: db
      .delete(w)
      .where(and(eq(w.account, p('account')), among(w.id)))
      .prepare('search_waiting_remove'),
    waitingForget: db
      .delete(w)
      .where(eq(w.account, p('account')))
      .prepare('search_waiting_forget'),
  };
}

function blockQueries({ db, t, d }: Context) {
  const { search_blocks: b, search_slices: s } = t;
  const block = and(eq(b.account, p('account')), eq(b.block, p('block')));
  const slices = and(eq(s.account, p('account')), eq(s.block, p('block')));
  return {
    blockNumbers: db
      .select({ block: b.block })
      .from(b)
      .where(eq(b.account, p('account')))
      .orderBy(asc(b.block))
      .prepare('search_block_numbers'),
    blockLast: db
      .select({ block: max(b.block) })
      .from(b)
      .where(eq(b.account, p('account')))
      .prepare('search_block_last'),
    blockCount: db.select({ blocks: sql<number>`count(*)` }).from(b).prepare('search_block_count'),
    blockOwners: db
      .select({ block: b.block, owners: b.owners })
      .from(b)
      .where(and(eq(b.account, p('account')), d.inNumbers(b.block, 'blocks')))
      .prepare('search_block_owners'),
    blockInsert: d.insertMany<typeof b.$inferInsert>(b),
    blockRemove: db.delete(b).where(block).returning({ block: b.block }).prepare('search_block_remove'),
    blockForget: db
      .delete(b)
      .where(eq(b.account, p('account')))
      .prepare('search_block_forget'),
    sliceInsert: d.insertMany<typeof s.$inferInsert>(s),
    sliceParts: db
      .select({ block: s.block, part: s.part, bits: s.bits })
      .from(s)
      .where(and(eq(s.account, p('account')), d.inNumbers(s.block, 'blocks'), d.inNumbers(s.part, 'parts')))
      .prepare('search_slice_parts'),
    sliceCounts: db
      .select({ block: s.block, parts: sql<number>`count(*)` })
      .from(s)
      .where(eq(s.account, p('account')))
      .groupBy(s.block)
      .prepare('search_slice_counts'),
    sliceAll: db
      .select({ part: s.part, bits: s.bits })
      .from(s)
      .where(slices)
      .orderBy(asc(s.part))
      .prepare('search_slice_all'),
    sliceRemove: db.delete(s).where(slices).prepare('search_slice_remove'),
    sliceForget: db
      .delete(s)
      .where(eq(s.account, p('account')))
      .prepare('search_slice_forget'),
  };
}

/** The few rows of a mailbox that a search looks at: found in one pass, without reading the rest out. */
function rowQueries({ db, t, d }: Context) {
  const m = t.messages;
  return {
    messagePageWith: db
      .select(rowColumns(m))
      .from(m)
      .where(
        and(
          eq(m.account, p('account')),
          eq(m.mailbox, p('mailbox')),
          gte(m.uid, p('from')),
          lte(m.uid, p('to')),
          sql`(${m.flags} & cast(${p('mask')} as bigint)) = cast(${p('value')} as bigint)`,
          sql`(${m.email} > ${p('above')} or ${d.inNumbers(m.email, 'emails')})`,
        ),
      )
      .orderBy(asc(m.uid))
      .limit(bound('limit'))
      .prepare('search_message_page'),
  };
}

export function searchQueries(context: Context) {
  return { ...textQueries(context), ...blockQueries(context), ...rowQueries(context) };
}

import { and, asc, eq, gt, gte, lte, type QueryContext, sql } from '../../../storage/index.ts';
import { rowColumns } from '../row-columns.ts';
import type { mailTables } from '../tables.ts';
import { uidBlock } from '../types.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Uids as one text: a row for each would cost ten times as much. */
const uidList = sql<string | null>`string_agg(cast(found.uid as text), ',')`;

/** What sessions need of uids, each as the sets they are and not message by message. */
export function uidQueries({ db, t }: Context) {
  const m = t.messages;
  const e = t.expunged;
  const b = t.gone_blocks;
  const box = sql`${m.account} = ${p('account')} and ${m.mailbox} = ${p('mailbox')}`;
  const goneBox = sql`${e.account} = ${p('account')} and ${e.mailbox} = ${p('mailbox')}`;
  const here = and(eq(b.account, p('account')), eq(b.mailbox, p('mailbox')));
  return {
    goneBlocks: db
      .select({ block: b.block, gone: b.gone })
      .from(b)
      .where(here)
      .orderBy(asc(b.block))
      .prepare('gone_blocks_read'),
    goneBlockAdd: db
      .insert(b)
      .values({
        account: bound('account'),
        mailbox: bound('mailbox'),
        block: bound('block'),
        gone: bound('gone'),
      })
      .onConflictDoUpdate({
        target: [b.account, b.mailbox, b.block],
        set: { gone: sql`${b.gone} + excluded.gone` },
      })
      .prepare('gone_block_add'),
    goneBlocksForget: db.delete(b).where(here).prepare('gone_blocks_forget'),
    /** How many messages each block has, counted. */
    blocksCounted: db
      .select({
        block: sql<number>`${m.uid} / ${sql.raw(String(uidBlock))}`,
        there: sql<number>`count(*)`,
      })
      .from(m)
      .where(box)
      .groupBy(sql`${m.uid} / ${sql.raw(String(uidBlock))}`)
      .prepare('blocks_counted'),
    /** Uids of a stretch that are there, or went after `asOf`. */
    uidsPresent: db
      .select({ uids: uidList })
      .from(
        sql`(
          select ${m.uid} as uid from ${m} where ${box} and ${m.uid} between ${p('first')} and ${p('last')}
          union all
          select ${e.uid} as uid from ${e}
            where ${goneBox} and ${e.uid} between ${p('first')} and ${p('last')} and ${e.modseq} > ${p('asOf')}
        ) as found`,
      )
      .prepare('uids_present'),
    uidsAbove: db
      .select({ uids: uidList })
      .from(
        sql`(
          select ${m.uid} as uid from ${m} where ${box} and ${m.uid} > ${p('above')}
          order by ${m.uid} limit ${p('limit')}
        ) as found`,
      )
      .prepare('uids_above'),
    uidsGone: db
      .select({ uids: uidList })
      .from(
        sql`(
          select ${e.uid} as uid from ${e} where ${goneBox} and ${e.modseq} > ${p('since')} and ${e.uid} <= ${p('top')}
          limit ${p('limit')}
        ) as found`,
      )
      .prepare('uids_gone'),
    /** The first that is unseen among so many from the first on. */
    firstUnseen: db
      .select({ uid: sql<number | null>`min(found.uid)` })
      .from(
        sql`(
          select ${m.uid} as uid, ${m.flags} as flags from ${m} where ${box} order by ${m.uid} limit ${p('limit')}
        ) as found`,
      )
      .where(sql`(found.flags & 1) = 0`)
      .prepare('first_unseen'),
    /** Rows up to uid `top` that changed, those of one modseq by uid, from a place in that order on. */
    rowsChanged: db
      .select(rowColumns(m))
      .from(m)
      .where(
        and(
          box,
          gte(m.modseq, p('modseq')),
          sql`(${m.modseq}, ${m.uid}) > (${p('modseq')}, ${p('uid')})`,
          lte(m.uid, p('top')),
        ),
      )
      .orderBy(asc(m.modseq), asc(m.uid))
      .limit(bound('limit'))
      .prepare('rows_changed'),
    goneBlockAccounts: db
      .select({ account: sql<number | null>`min(${b.account})` })
      .from(b)
      .where(gt(b.account, p('after')))
      .prepare('check_accounts_gone_blocks'),
  };
}

import { and, eq, gt, min, ne, type QueryContext, sql } from '../../../storage/index.ts';
import type { mailTables } from '../tables.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** The keywords of each mailbox. */
export function keywordQueries({ db, t }: Context) {
  const k = t.mailbox_keywords;
  const m = t.messages;
  const box = and(eq(k.account, p('account')), eq(k.mailbox, p('mailbox')));
  return {
    keywordsOf: db.select({ keywords: k.keywords }).from(k).where(box).prepare('keywords_of'),
    keywordsKeep: db
      .insert(k)
      .values({ account: bound('account'), mailbox: bound('mailbox'), keywords: bound('keywords') })
      .onConflictDoUpdate({ target: [k.account, k.mailbox], set: { keywords: sql`excluded.keywords` } })
      .prepare('keywords_keep'),
    keywordsForget: db.delete(k).where(box).prepare('keywords_forget'),
    keywordsForgetAll: db
      .delete(k)
      .where(eq(k.account, p('account')))
      .prepare('keywords_forget_all'),
    keywordsAll: db
      .select({ mailbox: k.mailbox, keywords: k.keywords })
      .from(k)
      .where(eq(k.account, p('account')))
      .prepare('keywords_all'),
    /** What messages carry, each combination once. */
    keywordsUsed: db
      .selectDistinct({ mailbox: m.mailbox, keywords: m.keywords })
      .from(m)
      .where(and(eq(m.account, p('account')), ne(m.keywords, '')))
      .prepare('keywords_used'),
    accountsInKeywords: db
      .select({ account: min(k.account) })
      .from(k)
      .where(gt(k.account, p('after')))
      .prepare('check_accounts_keywords'),
  };
}

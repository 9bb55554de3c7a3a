import {
  and,
  asc,
  currentModseq,
  eq,
  gt,
  lt,
  nextModseq,
  type QueryContext,
  run,
  type Script,
  sql,
} from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import type { MailboxRow } from '../scripts.ts';
import type { mailTables } from '../tables.ts';
import type { NameEvent } from '../types.ts';

type Context = QueryContext<(typeof mailTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Queries of what happened in an account, for those who watch all of it. */
export function accountNewsQueries({ db, t, d }: Context) {
  const e = t.name_events;
  const m = t.mailboxes;
  const here = eq(e.account, p('account'));
  return {
    nameEventInsert: d.insertMany<typeof e.$inferInsert>(e),
    nameEventsSince: db
      .select({
        modseq: e.modseq,
        kind: e.kind,
        mailbox: e.mailbox,
        name: e.name,
        formerName: e.formerName,
      })
      .from(e)
      .where(and(here, gt(e.modseq, p('since'))))
      .orderBy(asc(e.modseq), asc(e.mailbox))
      .limit(bound('limit'))
      .prepare('name_events_since'),
    nameEventsForget: db
      .delete(e)
      .where(and(here, lt(e.modseq, p('before'))))
      .prepare('name_events_forget'),
    mailboxesChanged: db
      .select()
      .from(m)
      .where(and(eq(m.account, p('account')), gt(m.highestModseq, p('since'))))
      .limit(bound('limit'))
      .prepare('mailboxes_changed'),
  };
}

/** A name with what became of it; the modseq is that of the change. */
type Happened = Omit<NameEvent, 'modseq'>;

/**
 * Writes down what became of names in one change. Too many at once are one event that says so; old ones are forgotten:
 * whoever is that far behind asks for the whole list.
 */
export function* noteNames(
  q: MailQueries,
  account: number,
  modseq: number,
  happened: readonly Happened[],
): Script<void> {
  const many = happened.length > limits.nameEventsPerChangeMax;
  const noted: readonly Happened[] = many
    ? [{ kind: 'many', mailbox: 0, name: '', formerName: null }]
    : happened;
  if (noted.length === 0) return;
  yield* run(q.nameEventInsert, { rows: noted.map((event) => ({ account, modseq, ...event })) });
  yield* run(q.nameEventsForget, { account, before: modseq - limits.nameEventsKeptCount });
}

/** The same of one name, with a modseq of its own. */
export function* noteName(q: MailQueries, account: number, happened: Happened): Script<number> {
  const modseq = yield* nextModseq(q, account);
  yield* noteNames(q, account, modseq, [happened]);
  return modseq;
}

/** What changed in the account since; `complete` is false where it is more than can be told one by one. */
export function* accountNews(q: MailQueries, a: { account: number; since: number }) {
  const { account, since } = a;
  const modseq = yield* currentModseq(q, account);
  if (modseq <= since) return { modseq, mailboxes: [], names: [], complete: true };
  const max = limits.accountNewsMax;
  const rows = (yield* run(q.mailboxesChanged, { account, since, limit: max + 1 })) as MailboxRow[];
  const names = (yield* run(q.nameEventsSince, { account, since, limit: max + 1 })) as NameEvent[];
  const forgotten = since < modseq - limits.nameEventsKeptCount;
  const complete =
    rows.length <= max && names.length <= max && !forgotten && names.every(({ kind }) => kind !== 'many');
  if (!complete) return { modseq, mailboxes: [], names: [], complete };
  const mailboxes = [];
  for (const row of rows) {
    const subscribed = yield* run(q.subscribedTo, { account, name: row.name });
    mailboxes.push({ ...row, subscribed: subscribed.length > 0 });
  }
  return { modseq, mailboxes, names, complete };
}

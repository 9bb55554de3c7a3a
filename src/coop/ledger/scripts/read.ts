import { numbers, run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { ownRows, stepRows } from '../limits.ts';
import type { LedgerQueries } from '../queries.ts';
import type { Balance, Day, Entry, OwnEntry, Posting, ShownEntry } from '../types.ts';

type Row = Awaited<ReturnType<LedgerQueries['ledgerEntry']['execute']>>[number];

/** Entries after one, up to another, as many as one page holds. */
export function* page(
  q: LedgerQueries,
  a: { readonly after: number; readonly until: number },
): Script<readonly Entry[]> {
  const rows = yield* run(q.ledgerEntries, a);
  const last = rows.at(-1);
  return last === undefined ? [] : yield* withPostings(q, rows, { after: a.after, until: last.seq });
}

function* withPostings(
  q: LedgerQueries,
  rows: readonly Row[],
  span: { readonly after: number; readonly until: number },
): Script<readonly Entry[]> {
  const postings = yield* run(q.ledgerPostings, span);
  const ids = new Set(postings.map(({ account }) => account));
  const named = yield* run(q.ledgerAccountsById, { ids: numbers(ids) });
  const names = new Map(named.map(({ id, name }) => [id, name]));
  const bySeq = new Map<number, Posting[]>(rows.map(({ seq }) => [seq, []]));
  for (const { seq, account, asset, amount } of postings)
    bySeq.get(seq)?.push({ account: names.get(account) ?? '', asset, amount });
  return rows.map(({ seq, date, kind, key, memo, hash, reverses, sealed }) => ({
    ...{ seq, date, kind, key, memo, hash, sealed, postings: bySeq.get(seq) ?? [] },
    ...(reverses > 0 ? { reverses } : {}),
  }));
}

/** As everybody may read them. */
export function* shownPage(
  q: LedgerQueries,
  a: { readonly after: number; readonly until: number },
): Script<readonly ShownEntry[]> {
  const rows = yield* run(q.ledgerEntries, a);
  const last = rows.at(-1);
  if (last === undefined) return [];
  const postings = yield* shownPostings(q, { after: a.after, until: last.seq });
  return rows.map(({ seq, date, kind, key, memo, hash }) => ({
    ...{ seq, date, kind, key, memo, hash, postings: postings.get(seq) ?? [] },
  }));
}

/** Postings by their entry, with the accounts as the chain has them. */
export function* shownPostings(
  q: LedgerQueries,
  span: { readonly after: number; readonly until: number },
): Script<Map<number, Posting[]>> {
  const rows = yield* run(q.ledgerPostings, span);
  const ids = new Set<number>();
  for (const { account } of rows) ids.add(account);
  const accounts = yield* run(q.ledgerAccountsById, { ids: numbers(ids) });
  const shown = new Map(accounts.map((row) => [row.id, row.shown]));
  const bySeq = new Map<number, Posting[]>();
  for (const { seq, account, asset, amount } of rows) {
    const posting = { account: shown.get(account) ?? '', asset, amount };
    const own = bySeq.get(seq);
    if (own) own.push(posting);
    else bySeq.set(seq, [posting]);
  }
  return bySeq;
}

/** What accounts held at the end of a day, by entries that are dated so far. */
export function* balancesOn(
  q: LedgerQueries,
  a: { readonly day: Day; readonly after: number },
): Script<{ readonly rows: readonly Balance[]; readonly next: number | null }> {
  const accounts = yield* run(q.ledgerAccountsStep, { after: a.after });
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const sums = yield* run(q.ledgerSumsOn, { ids: numbers(names.keys()), day: a.day });
  const rows = sums
    .filter(({ amount }) => amount !== 0)
    .map(({ account, asset, amount }) => ({ account: names.get(account) ?? '', asset, amount }));
  return { rows, next: accounts.length < stepRows ? null : (accounts.at(-1)?.id ?? null) };
}

/** A person's accounts become nobody's: salt and name go, the chain stays. None of them may hold anything. */
export function* erasePerson(q: LedgerQueries, a: { readonly owner: number }): Script<number> {
  if (a.owner < 1) return 0;
  const accounts = yield* run(q.ledgerAccountsOf, a);
  const held = yield* run(q.ledgerHeld, { ids: numbers(accounts.map(({ id }) => id)) });
  const owed = held.find(({ amount }) => amount !== 0);
  if (owed) {
    const name = accounts.find(({ id }) => id === owed.account)?.name ?? '';
    throw refusal('E_OWED', `${name} holds ${owed.amount} ${owed.asset}`, { account: name });
  }
  return (yield* run(q.ledgerAccountsErase, a)).length;
}

/** A page of the entries that name accounts of a person, with the postings to these alone. */
export function* entriesOf(
  q: LedgerQueries,
  a: { readonly owner: number; readonly after: number },
): Script<readonly OwnEntry[]> {
  if (a.owner < 1) return [];
  const accounts = yield* run(q.ledgerAccountsOf, a);
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const rows = yield* run(q.ledgerPostingsOf, { ids: numbers(names.keys()), after: a.after });
  const bySeq = new Map<number, OwnEntry & { readonly postings: Posting[] }>();
  for (const { account, asset, amount, ...said } of rows) {
    const own = bySeq.get(said.seq) ?? { ...said, postings: [] };
    own.postings.push({ account: names.get(account) ?? '', asset, amount });
    bySeq.set(said.seq, own);
  }
  const entries = [...bySeq.values()];
  // The last one of a full page may go on behind it.
  return rows.length < ownRows ? entries : entries.slice(0, -1);
}

export function* entry(q: LedgerQueries, a: { readonly seq: number }): Script<Entry | null> {
  const rows = yield* run(q.ledgerEntry, a);
  const [found] = yield* withPostings(q, rows, { after: a.seq - 1, until: a.seq });
  return found ?? null;
}

import { randomOctets } from '../../../base/index.ts';
import { one, run, type Script, texts } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { chainLink, chainStart, commitmentOf, draftHash, saltOctets } from '../chain.ts';
import type { LedgerQueries } from '../queries.ts';
import type { Draft, Entry, Posting } from '../types.ts';

/** A draft that was checked against the chart; `owners` says whose the personal accounts are. */
export interface CheckedDraft extends Draft {
  readonly owners: Readonly<Record<string, number>>;
}

interface Account {
  readonly id: number;
  readonly name: string;
  readonly shown: string;
}

/**
 * Seals drafts behind the last entry. Other rooms call this inside their own scripts, so that what happened and the entry that
 * says so are one transaction.
 */
export function* append(
  q: LedgerQueries,
  a: { readonly coop: string; readonly drafts: readonly CheckedDraft[]; readonly now: number },
): Script<readonly Entry[]> {
  let { seq, hash } = one(yield* run(q.ledgerHead, { start: chainStart(a.coop).toString('hex') }));
  const rows = yield* run(q.ledgerEntriesKeyed, { keys: texts(a.drafts.map(({ key }) => key)) });
  const done = new Map<string, Done>(rows.map((row) => [row.key, { ...row, print: row.draft }]));
  const accounts = yield* accountsOf(q, a.drafts);
  const entries: Entry[] = [];
  for (const { owners: _, ...draft } of a.drafts) {
    const print = draftHash({ ...draft, reverses: draft.reverses ?? 0 });
    let sealed = done.get(draft.key);
    if (sealed === undefined) {
      seq++;
      const postings = draft.postings.map((row) => ({ ...row, account: accountNamed(accounts, row).shown }));
      hash = chainLink(Buffer.from(hash, 'hex'), { ...draft, seq, postings }).toString('hex');
      yield* put(q, { draft, print, seq, hash, accounts, now: a.now });
      sealed = { seq, hash, print, sealed: a.now };
      done.set(draft.key, sealed);
    } else if (sealed.print !== print) {
      throw refusal('E_KEY_REUSED', `the key ${draft.key} was used for another entry`, { key: draft.key });
    }
    entries.push({ ...draft, seq: sealed.seq, hash: sealed.hash, sealed: sealed.sealed });
  }
  yield* run(q.ledgerHeadMove, { seq, hash });
  return entries;
}

/** What is known of an entry that was sealed under a key. */
interface Done {
  readonly seq: number;
  readonly hash: string;
  readonly print: string;
  readonly sealed: number;
}

function accountNamed(accounts: ReadonlyMap<string, Account>, { account }: Posting): Account {
  const found = accounts.get(account);
  if (found === undefined) throw new Error('an account of a draft was not made');
  return found;
}

interface NewEntry {
  readonly draft: Draft;
  readonly print: string;
  readonly seq: number;
  readonly hash: string;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly now: number;
}

function* put(q: LedgerQueries, { draft, print, seq, hash, accounts, now }: NewEntry): Script<void> {
  const { date, kind, key, memo, postings, reverses = 0 } = draft;
  const month = date.slice(0, 7);
  const [closed] = yield* run(q.ledgerMonthClosed, { month });
  if (closed)
    throw refusal('E_PERIOD_CLOSED', `${closed.month} is closed, and ${date} lies in it or before`, {
      month,
    });
  if (reverses > 0) {
    const [reversal] = yield* run(q.ledgerReversal, { seq: reverses });
    if (reversal)
      throw refusal('E_REVERSED', `entry ${reverses} was reversed by entry ${reversal.seq}`, {
        seq: reverses,
      });
  }
  yield* run(q.ledgerEntryAdd, {
    seq,
    date,
    month,
    kind,
    key,
    memo,
    draft: print,
    hash,
    reverses,
    sealed: now,
  });
  const rows = postings.map((posting, at) => ({
    ...{ seq, n: at + 1, account: accountNamed(accounts, posting).id },
    ...{ asset: posting.asset, amount: posting.amount },
  }));
  yield* run(q.ledgerPostingsAdd, { rows });
  for (const { account, asset, amount } of rows) {
    const { amount: total } = one(yield* run(q.ledgerBalanceMove, { account, asset, amount }));
    if (!Number.isSafeInteger(total))
      throw refusal('E_AMOUNT', `an account would hold more ${asset} than can be counted`);
  }
  yield* run(q.ledgerEntrySeal, { seq });
}

/** The accounts that drafts name; those that are not there are made, with a salt where they are somebody's. */
function* accountsOf(
  q: LedgerQueries,
  drafts: readonly CheckedDraft[],
): Script<ReadonlyMap<string, Account>> {
  const owners = new Map<string, number>();
  for (const { postings, owners: owned } of drafts)
    for (const { account } of postings) owners.set(account, owned[account] ?? 0);
  const found = yield* run(q.ledgerAccountsNamed, { names: texts(owners.keys()) });
  const accounts = new Map<string, Account>(found.map((row) => [row.name, row]));
  for (const [name, owner] of owners) {
    if (accounts.has(name)) continue;
    const salt = owner > 0 ? randomOctets(saltOctets) : Buffer.alloc(0);
    const shown = owner > 0 ? commitmentOf(salt, name) : name;
    accounts.set(name, one(yield* run(q.ledgerAccountAdd, { name, owner, salt, shown })));
  }
  return accounts;
}

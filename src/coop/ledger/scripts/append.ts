import { first, one, run, type Script, texts } from '../../../storage/index.ts';
import { laterOf, monthAfter } from '../../days.ts';
import { commitmentOf, saltsFor } from '../../hash.ts';
import type { Told } from '../../house.ts';
import { refusal } from '../../refusals.ts';
import { chainLink, chainStart, draftHash } from '../chain.ts';
import type { LedgerQueries } from '../queries.ts';
import type { Day, Draft, Entry, Month, Posting } from '../types.ts';

/** A draft that was checked against the chart; `owners` says whose the personal accounts are. */
export interface CheckedDraft extends Draft {
  readonly owners: ReadonlyMap<string, number>;
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
  a: Omit<Told, 'currency'> & { readonly drafts: readonly CheckedDraft[] },
): Script<readonly Entry[]> {
  let { seq, hash } = yield* headOf(q, a.coop);
  const rows = yield* run(q.ledgerEntriesKeyed, { keys: texts(a.drafts.map(({ key }) => key)) });
  const done = new Map<string, Done>(rows.map((row) => [row.key, { ...row, print: row.draft }]));
  const accounts = yield* accountsOf(q, a.drafts, a.saltSeed);
  const entries: Entry[] = [];
  const moves = new Map<string, Move>();
  const closed = yield* closedLast(q);
  for (const { owners: _, ...asked } of a.drafts) {
    const lines = inPublicOrder(asked.postings, accounts);
    const draft = { ...asked, postings: lines.map(({ posting }) => posting) };
    const chained = { ...asked, postings: lines.map(chainedOf) };
    const print = draftHash({ ...chained, reverses: draft.reverses ?? 0 });
    let sealed = done.get(draft.key);
    if (sealed === undefined) {
      seq++;
      hash = chainLink(Buffer.from(hash, 'hex'), { ...chained, seq }).toString('hex');
      yield* put(q, { draft, lines, print, seq, hash, moves, closed, now: a.now });
      sealed = { seq, hash, print, sealed: a.now };
      done.set(draft.key, sealed);
    } else if (sealed.print !== print) {
      throw refusal('E_KEY_REUSED', `the key ${draft.key} was used for another entry`, { key: draft.key });
    }
    entries.push({ ...draft, seq: sealed.seq, hash: sealed.hash, sealed: sealed.sealed });
  }
  yield* move(q, [...moves.values()]);
  yield* run(q.ledgerHeadMove, { seq, hash });
  return entries;
}

/** The last month that takes nothing more; '' where there is none. */
function* closedLast(q: LedgerQueries): Script<Month> {
  return first(yield* run(q.ledgerMonthClosed, {}))?.month ?? '';
}

/** The day, or the first one behind the months that are closed. */
export function* openDay(q: LedgerQueries, day: Day): Script<Day> {
  const closed = yield* closedLast(q);
  return closed === '' ? day : laterOf(day, `${monthAfter(closed)}-01`);
}

/** The last entry, held until the transaction ends: who asks for it first stands in line before all others. */
export function* headOf(q: LedgerQueries, coop: string): Script<{ seq: number; hash: string }> {
  const head = one(yield* run(q.ledgerHead, { coop, start: chainStart(coop).toString('hex') }));
  if (head.coop === coop) return head;
  throw refusal('E_COOP', `this is the ledger of ${head.coop}, and not of ${coop}`);
}

/** What is known of an entry that was sealed under a key. */
interface Done {
  readonly seq: number;
  readonly hash: string;
  readonly print: string;
  readonly sealed: number;
}

/** A posting beside the account that it names. */
interface Line {
  readonly posting: Posting;
  readonly account: Account;
}

const chainedOf = ({ posting: { asset, amount }, account: { shown } }: Line): Posting => ({
  account: shown,
  asset,
  amount,
});

/**
 * The co-op's own postings as they came, then those of persons by what stands for them: rooms write in the order of members'
 * numbers, and who counts the lines of a public entry would know whose each is.
 */
function inPublicOrder(
  postings: readonly Posting[],
  accounts: ReadonlyMap<string, Account>,
): readonly Line[] {
  const own: Line[] = [];
  const persons: Line[] = [];
  for (const posting of postings) {
    const account = accounts.get(posting.account);
    if (account === undefined) throw new Error('an account of a draft was not made');
    (account.name === account.shown ? own : persons).push({ posting, account });
  }
  persons.sort(({ account: { shown: a } }, { account: { shown: b } }) => (a < b ? -1 : a > b ? 1 : 0));
  return [...own, ...persons];
}

/** What an account gets of all entries together; more than can be counted until it is known to be less. */
interface Move {
  readonly account: number;
  readonly asset: string;
  amount: bigint;
}

interface NewEntry {
  readonly draft: Draft;
  readonly lines: readonly Line[];
  readonly print: string;
  readonly seq: number;
  readonly hash: string;
  readonly moves: Map<string, Move>;
  /** The last month that is closed; '' for none. */
  readonly closed: Month;
  readonly now: number;
}

function* put(q: LedgerQueries, entry: NewEntry): Script<void> {
  const { draft, lines, print, seq, hash, moves, closed, now } = entry;
  const { date, kind, key, memo, reverses = 0 } = draft;
  const month = date.slice(0, 7);
  if (month <= closed)
    throw refusal('E_PERIOD_CLOSED', `${closed} is closed, and ${date} lies in it or before`, { month });
  if (reverses > 0) {
    const [reversal] = yield* run(q.ledgerReversal, { seq: reverses });
    if (reversal)
      throw refusal('E_REVERSED', `entry ${reverses} was reversed by entry ${reversal.seq}`, {
        seq: reverses,
      });
  }
  const row = { seq, date, month, kind, key, memo, draft: print, hash, reverses, sealed: now };
  yield* run(q.ledgerEntryAdd, row);
  const rows = lines.map(({ posting: { asset, amount }, account }, at) => ({
    seq,
    n: at + 1,
    account: account.id,
    asset,
    amount,
  }));
  yield* run(q.ledgerPostingsAdd, { rows });
  for (const { account, asset, amount } of rows) {
    const name = `${account} ${asset}`;
    const known = moves.get(name);
    if (known) known.amount += BigInt(amount);
    else moves.set(name, { account, asset, amount: BigInt(amount) });
  }
  yield* run(q.ledgerEntrySeal, { seq });
}

function* move(q: LedgerQueries, moves: readonly Move[]): Script<void> {
  const rows = moves.map(({ account, asset, amount }) => [account, asset, countable(asset, Number(amount))]);
  if (rows.length === 0) return;
  const totals = yield* run(q.ledgerBalancesMove, { rows: JSON.stringify(rows) });
  for (const { asset, amount } of totals) countable(asset, amount);
}

function countable(asset: string, amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw refusal('E_AMOUNT', `an account would hold more ${asset} than can be counted`);
}

/** The accounts that drafts name; those that are not there are made, with a salt where they are somebody's. */
function* accountsOf(
  q: LedgerQueries,
  drafts: readonly CheckedDraft[],
  saltSeed: string | undefined,
): Script<ReadonlyMap<string, Account>> {
  const owners = new Map<string, number>();
  for (const { postings, owners: owned } of drafts)
    for (const { account } of postings) owners.set(account, owned.get(account) ?? 0);
  const found = yield* run(q.ledgerAccountsNamed, { names: texts(owners.keys()) });
  const accounts = new Map<string, Account>(found.map((row) => [row.name, row]));
  const missing = [...owners].filter(([name]) => !accounts.has(name));
  if (missing.length === 0) return accounts;
  const salts = saltsFor(
    missing.map(([name]) => name),
    saltSeed,
  );
  const rows = missing.map(([name, owner], at) => newAccount(name, owner, salts[at] ?? Buffer.alloc(0)));
  for (const row of yield* run(q.ledgerAccountsAdd, { rows: JSON.stringify(rows) }))
    accounts.set(row.name, row);
  return accounts;
}

function newAccount(name: string, owner: number, salt: Buffer): readonly (string | number)[] {
  return owner > 0 ? [name, owner, salt.toString('hex'), commitmentOf(salt, name)] : [name, owner, '', name];
}

import { Frontier } from '../../../formats/merkle/index.ts';
import { readCheckpoint } from '../../../formats/signed-note/index.ts';
import { numbers, run, type Script } from '../../../storage/index.ts';
import { commitmentOf } from '../../hash.ts';
import { chainLink, chainStart, draftHash } from '../chain.ts';
import { contraryOf } from '../check.ts';
import { stepRows } from '../limits.ts';
import type { LedgerQueries } from '../queries.ts';
import { coinAsset, type Posting } from '../types.ts';
import { shownPostings } from './read.ts';
import { grow, nodeHeights } from './tree.ts';

/** What a step of a walk finds; see `Findings` of the storage. */
interface Found {
  readonly faults: readonly string[];
  readonly next: number | null;
}

type Row = Awaited<ReturnType<LedgerQueries['ledgerEntry']['execute']>>[number];

/** Entries are without gap, sealed, balanced, each chained to the one before; the head is the last of them. */
export function* checkChain(q: LedgerQueries, a: { readonly after: number }): Script<Found> {
  const [head] = yield* run(q.ledgerHeadRead);
  const after = Math.max(a.after, 0);
  const rows = yield* run(q.ledgerEntriesStep, { after });
  const last = rows.at(-1)?.seq ?? after;
  const isEnd = rows.length < stepRows;
  const until = isEnd ? Number.MAX_SAFE_INTEGER : last;
  const postings = yield* shownPostings(q, { after, until });
  const faults: string[] = [];
  let before = yield* linkBefore(q, after, head?.coop ?? '');
  let expected = after + 1;
  for (const row of rows) {
    if (row.seq !== expected) faults.push(`ledger: entries ${expected} to ${row.seq - 1} are missing`);
    const own = postings.get(row.seq) ?? [];
    postings.delete(row.seq);
    faults.push(...faultsOf(row, own, before).map((what) => `ledger entry ${row.seq}: ${what}`));
    if (row.reverses > 0) faults.push(...(yield* faultsOfReversal(q, row, own)));
    before = row.hash;
    expected = row.seq + 1;
  }
  for (const seq of postings.keys()) faults.push(`ledger: there are postings of ${seq}, which is no entry`);
  if (!isEnd) return { faults, next: last };
  if (last > 0 && (head?.seq !== last || head.hash !== before))
    faults.push(`ledger: the head says entry ${head?.seq ?? 0}, the last one is ${last}`);
  if (last === 0 && (head?.seq ?? 0) > 0)
    faults.push(`ledger: the head says entry ${head?.seq}, and there is none`);
  return { faults, next: null };
}

/** The link on which the entry after this one rests. */
function* linkBefore(q: LedgerQueries, seq: number, coop: string): Script<string> {
  if (seq === 0) return chainStart(coop).toString('hex');
  return (yield* run(q.ledgerEntry, { seq }))[0]?.hash ?? '';
}

function faultsOf(row: Row, postings: readonly Posting[], before: string): string[] {
  const faults: string[] = [];
  if (row.isSealed !== 1) faults.push('is not sealed');
  if (row.month !== row.date.slice(0, 7)) faults.push(`is of ${row.date} and counted in ${row.month}`);
  if (postings.length < 2) faults.push(`has ${postings.length} postings`);
  const sums = new Map<string, bigint>();
  for (const { asset, amount } of postings) sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount));
  for (const [asset, sum] of sums) if (sum !== 0n) faults.push(`is ${sum} ${asset} away from nothing`);
  if (!isChained(row, postings, before)) faults.push('is not what the chain says');
  else if (draftHash({ ...row, postings }) !== row.draft) faults.push('has another draft than its own');
  return faults;
}

function isChained(row: Row, postings: readonly Posting[], before: string): boolean {
  try {
    return chainLink(Buffer.from(before, 'hex'), { ...row, postings }).toString('hex') === row.hash;
  } catch {
    // An amount or a text that canonical JSON cannot say was never sealed here.
    return false;
  }
}

/** The chain does not say what an entry reverses: its postings do. */
function* faultsOfReversal(
  q: LedgerQueries,
  { seq, reverses }: Row,
  postings: readonly Posting[],
): Script<readonly string[]> {
  const wrong = yield* shownPostings(q, { after: reverses - 1, until: reverses });
  const contrary = contraryOf(wrong.get(reverses) ?? []);
  const isContrary = reverses < seq && JSON.stringify(contrary) === JSON.stringify(postings);
  return isContrary ? [] : [`ledger entry ${seq}: is not the contrary of entry ${reverses}`];
}

/** Accounts stand in the chain as what they are, and hold what their postings add up to. */
export function* checkAccounts(q: LedgerQueries, a: { readonly after: number }): Script<Found> {
  const accounts = yield* run(q.ledgerAccountsStep, { after: Math.max(a.after, 0) });
  const ids = numbers(accounts.map(({ id }) => id));
  const keyOf = (row: { readonly account: number; readonly asset: string }) => `${row.account} ${row.asset}`;
  const sums = yield* run(q.ledgerSums, { ids });
  const held = new Map((yield* run(q.ledgerHeld, { ids })).map((row) => [keyOf(row), row.amount]));
  const faults: string[] = [];
  for (const { id, name, owner, salt, shown } of accounts) {
    const isErased = owner === 0 && name.endsWith(`:erased-${id}`);
    const expected = owner > 0 ? commitmentOf(salt, name) : name;
    if (!isErased && shown !== expected)
      faults.push(`ledger account ${id}: is not what the chain knows it by`);
  }
  for (const row of sums) {
    const amount = held.get(keyOf(row)) ?? 0;
    if (amount !== row.amount)
      faults.push(
        `ledger account ${row.account}: holds ${amount} ${row.asset}, its postings say ${row.amount}`,
      );
    held.delete(keyOf(row));
  }
  for (const [key, amount] of held)
    if (amount !== 0) faults.push(`ledger account ${key.split(' ')[0]}: holds ${amount} without a posting`);
  return { faults, next: accounts.length < stepRows ? null : (accounts.at(-1)?.id ?? null) };
}

/** COOP.md L7: each asset adds up to nothing; coins stand nowhere but with members and as what was issued, converted, expired. */
export function* checkTotals(q: LedgerQueries, _: { readonly after: number }): Script<Found> {
  const faults: string[] = [];
  for (const { asset, amount } of yield* run(q.ledgerTotals))
    if (amount !== 0) faults.push(`ledger: all accounts together hold ${amount} ${asset}`);
  const [coins] = yield* run(q.ledgerCoins, { asset: coinAsset });
  if (coins && coins.strayed > 0)
    faults.push(`ledger: ${coins.strayed} accounts hold ${coinAsset} and are not for coins`);
  if (coins && coins.issued !== coins.held)
    faults.push(
      `ledger: ${coins.issued} ${coinAsset} were issued and neither converted nor expired, members hold ${coins.held}`,
    );
  return { faults, next: null };
}

/** Each checkpoint says what the entries up to it say, and the subtrees that are kept are theirs. */
export function* checkCheckpoints(q: LedgerQueries, a: { readonly after: number }): Script<Found> {
  const after = Math.max(a.after, 0);
  const [before] = yield* run(q.ledgerCheckpointBefore, { size: after + 1 });
  const [checkpoint] = yield* run(q.ledgerCheckpointFrom, { size: after + 1 });
  if (!checkpoint) return { faults: [], next: null };
  const { size, root, peaks, note } = checkpoint;
  const frontier = new Frontier(
    before?.size ?? 0,
    (before?.peaks ?? []).map((peak) => Buffer.from(peak, 'hex')),
  );
  const from = frontier.size;
  const grown = new Map<string, string>();
  while (frontier.size < size) {
    const rows = yield* run(q.ledgerHashes, { after: frontier.size, until: size });
    if (rows.length === 0) break;
    const nodes = grow(
      frontier,
      rows.map(({ hash }) => hash),
    );
    for (const { height, n, hash } of nodes) grown.set(`${height}/${n}`, hash);
  }
  const faults: string[] = [];
  const found = frontier.root().toString('hex');
  if (frontier.size !== size || found !== root || noteSays(note) !== `${size} ${root}`)
    faults.push(`ledger checkpoint ${size}: is not what the entries say`);
  if (JSON.stringify(frontier.peaks.map((peak) => peak.toString('hex'))) !== JSON.stringify(peaks))
    faults.push(`ledger checkpoint ${size}: its subtrees are not those of the entries`);
  for (const height of nodeHeights) {
    const unit = 2 ** height;
    const span = { height, from: Math.floor(from / unit), until: Math.floor(size / unit) };
    const kept = new Map((yield* run(q.ledgerNodes, span)).map(({ n, hash }) => [n, hash]));
    for (let n = span.from; n < span.until; n++)
      if (kept.get(n) !== grown.get(`${height}/${n}`))
        faults.push(`ledger: the subtree ${n} of height ${height} is not that of the entries`);
  }
  return { faults, next: size };
}

function noteSays(note: string): string {
  try {
    const { size, root } = readCheckpoint(note);
    return `${size} ${root.toString('hex')}`;
  } catch {
    return '';
  }
}

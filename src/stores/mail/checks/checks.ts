import { currentModseq, dropBlob, nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { keywordFaults, mendKeywords } from '../mailboxes/keyword-scripts.ts';
import { mendOrders, orderFaults } from '../order/scripts.ts';
import type { MailQueries } from '../queries.ts';
import type { MailboxRow } from '../scripts.ts';
import { indexFaults } from '../search/checks.ts';
import { forgetIndex, forgetSearched } from '../search/scripts.ts';
import { mendSharing, sharingFaults } from '../sharing/checks.ts';
import { mendBlocks, wrongBlocks } from '../uids/scripts.ts';

interface Recount {
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly size: number;
  readonly uid: number;
  readonly modseq: number;
  /** Of the newest tombstone. */
  readonly goneModseq: number;
}

interface EmailState {
  readonly id: number;
  readonly refs: number;
  readonly uses: number;
  readonly hash: string;
}

/** What an account's rows say when they are counted, beside what is kept. */
interface State {
  readonly account: number;
  readonly row: {
    readonly nextMailbox: number;
    readonly nextEmail: number;
    readonly lastValidity: number;
    readonly used: number;
    readonly messages: number;
  } | null;
  readonly counter: number;
  readonly mailboxes: readonly (MailboxRow & { readonly counted: Recount })[];
  readonly used: number;
  readonly messages: number;
  readonly emails: readonly EmailState[];
  readonly faults: readonly string[];
}

const nothing: Recount = {
  messages: 0,
  unseen: 0,
  deleted: 0,
  size: 0,
  uid: 0,
  modseq: 0,
  goneModseq: 0,
};

/** The next account that any table of mail knows, or null. */
export function* nextAccount(q: MailQueries, after: number): Script<number | null> {
  const walks = [
    q.accountsInAccounts,
    q.accountsInMailboxes,
    q.accountsInMessages,
    q.accountsInEmails,
    q.accountsInOrders,
    q.accountsInTexts,
    q.accountsInWaiting,
    q.accountsInBlocks,
    q.accountsInSlices,
    q.accountsInExpunged,
    q.goneBlockAccounts,
    q.accountsInShares,
    q.accountsInRights,
    q.accountsInMetadata,
    q.accountsInKeywords,
  ];
  let lowest: number | null = null;
  for (const walk of walks) {
    const account = (yield* run(walk, { after }))[0]?.account ?? null;
    if (account !== null && (lowest === null || account < lowest)) lowest = account;
  }
  return lowest;
}

function* recount(q: MailQueries, account: number): Script<Map<number, Recount>> {
  const counted = new Map<number, Recount>();
  for (const { mailbox, ...row } of yield* run(q.messageRecount, { account })) {
    counted.set(mailbox, { ...row, uid: row.uid ?? 0, modseq: row.modseq ?? 0, goneModseq: 0 });
  }
  for (const { mailbox, uid, modseq } of yield* run(q.expungedRecount, { account })) {
    const now = counted.get(mailbox) ?? nothing;
    const highest = { uid: Math.max(now.uid, uid ?? 0), modseq: Math.max(now.modseq, modseq ?? 0) };
    counted.set(mailbox, { ...now, ...highest, goneModseq: modseq ?? 0 });
  }
  return counted;
}

/** Contents with how often messages use them; faults where the two do not meet. */
function* countEmails(q: MailQueries, account: number): Script<{ emails: EmailState[]; faults: string[] }> {
  const faults: string[] = [];
  const uses = new Map((yield* run(q.messageEmails, { account })).map((row) => [row.email, row]));
  const emails: EmailState[] = [];
  for (const { id, refs, size, hash } of yield* run(q.emailCounts, { account })) {
    const used = uses.get(id);
    uses.delete(id);
    emails.push({ id, refs, hash, uses: used?.uses ?? 0 });
    if (used && (used.low !== size || used.high !== size))
      faults.push(`content ${id}: is ${size} bytes, its messages say ${used.low} to ${used.high}`);
  }
  for (const id of uses.keys()) faults.push(`content ${id}: is missing, though messages use it`);
  for (const { id } of yield* run(q.sharesAlone, { account })) {
    faults.push(`content ${id}: is missing, though it is shared`);
  }
  return { emails, faults };
}

function* stateOf(q: MailQueries, account: number): Script<State> {
  const row = (yield* run(q.accountFind, { account }))[0] ?? null;
  const counted = yield* recount(q, account);
  const all = yield* run(q.mailboxAll, { account });
  const { emails, faults } = yield* countEmails(q, account);
  const mailboxes = all.map((mailbox) => {
    return { ...(mailbox as MailboxRow), counted: counted.get(mailbox.id) ?? nothing };
  });
  let [used, messages] = [0, 0];
  for (const one of counted.values()) {
    used += one.size;
    messages += one.messages;
  }
  const known = new Set(all.map((mailbox) => mailbox.id));
  for (const mailbox of counted.keys()) {
    if (!known.has(mailbox)) faults.push(`mailbox ${mailbox}: is missing, though messages lie in it`);
  }
  for (const { mailbox, uid } of yield* run(q.expungedPresent, { account })) {
    faults.push(`mailbox ${mailbox}: message ${uid} is there and expunged at once`);
  }
  const counter = yield* currentModseq(q, account);
  return { account, row, counter, mailboxes, used, messages, emails, faults };
}

function* idFaults(q: MailQueries, state: State): Script<string[]> {
  const { account, row, mailboxes, emails } = state;
  if (row === null) return ['has mail but no row of its own'];
  const faults: string[] = [];
  const gone = (yield* run(q.mailboxGoneLast, { account }))[0]?.id ?? 0;
  const lastMailbox = Math.max(gone, ...mailboxes.map((mailbox) => mailbox.id));
  if (row.nextMailbox <= lastMailbox)
    faults.push(`would hand out mailbox id ${row.nextMailbox} again (${lastMailbox} is taken)`);
  const lastEmail = emails.at(-1)?.id ?? 0;
  if (row.nextEmail <= lastEmail)
    faults.push(`would hand out content id ${row.nextEmail} again (${lastEmail} is taken)`);
  return faults;
}

const countNames = ['messages', 'unseen', 'deleted', 'size'] as const;

function mailboxFaults(state: State): string[] {
  const faults: string[] = [];
  const lastValidity = state.row?.lastValidity ?? 0;
  for (const { id, name: _, counted, ...kept } of state.mailboxes) {
    const say = (what: string) => faults.push(`mailbox ${id}: ${what}`);
    for (const name of countNames) {
      if (kept[name] !== counted[name]) say(`${name} is ${kept[name]}, counted ${counted[name]}`);
    }
    if (kept.uidNext <= counted.uid)
      say(`would hand out UID ${kept.uidNext} again (${counted.uid} is taken)`);
    if (kept.highestModseq < counted.modseq)
      say(`modseq is ${kept.highestModseq}, a message has ${counted.modseq}`);
    if (kept.highestModseq > state.counter)
      say(`modseq is ${kept.highestModseq}, the account's counter ${state.counter}`);
    if (isWronglyCounted(kept, counted))
      say(`messages came or went last at ${kept.countedModseq}, one went at ${counted.goneModseq}`);
    if (kept.uidValidity > lastValidity) say(`UIDVALIDITY ${kept.uidValidity} may be handed out again`);
    if (kept.recentUid > kept.uidNext) say(`recent from ${kept.recentUid} on, beyond UID ${kept.uidNext}`);
  }
  return faults;
}

/** When messages came or went last: that is what tells other sessions of it (RFC 5465 §5.2). */
function isWronglyCounted(
  { countedModseq, highestModseq }: Pick<MailboxRow, 'countedModseq' | 'highestModseq'>,
  { goneModseq }: Recount,
): boolean {
  return countedModseq < goneModseq || countedModseq > highestModseq;
}

/** One account at a time: all its counters and references against what is there. No content in the lines. */
export function* check(
  q: MailQueries,
  a: { after: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const state = yield* stateOf(q, account);
  const faults = [...state.faults, ...(yield* idFaults(q, state)), ...mailboxFaults(state)];
  for (const { id } of yield* wrongBlocks(q, account, state.mailboxes)) {
    faults.push(`mailbox ${id}: which uids are gone is not what was counted`);
  }
  faults.push(...(yield* sharingFaults(q, account)), ...(yield* keywordFaults(q, account)));
  if (state.row && state.row.used !== state.used)
    faults.push(`uses ${state.row.used} bytes, counted ${state.used}`);
  if (state.row && state.row.messages !== state.messages)
    faults.push(`has ${state.row.messages} messages, counted ${state.messages}`);
  for (const { id, refs, uses } of state.emails) {
    if (uses === 0) faults.push(`content ${id}: no message uses it`);
    else if (refs !== uses) faults.push(`content ${id}: shared ${refs} times, counted ${uses}`);
  }
  faults.push(...(yield* orderFaults(q, account)), ...(yield* indexFaults(q, account)));
  return { next: account, faults: faults.map((fault) => `mail of account ${account}: ${fault}`) };
}

export function* blobUses(
  q: MailQueries,
  a: { after: number },
): Script<{ next: number | null; uses: { hash: string; uses: number }[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, uses: [] };
  return { next: account, uses: yield* run(q.emailHashes, { account }) };
}

function* mendMailboxes(q: MailQueries, state: State): Script<string[]> {
  const { account } = state;
  const wrong = state.mailboxes.filter(({ counted, ...kept }) => {
    const low =
      kept.uidNext <= counted.uid || kept.highestModseq < counted.modseq || isWronglyCounted(kept, counted);
    return (
      low || kept.highestModseq > state.counter || countNames.some((name) => kept[name] !== counted[name])
    );
  });
  if (wrong.length === 0) return [];
  // The counter may lag behind what was handed out; sessions must hear of the change in any case.
  const highest = Math.max(...state.mailboxes.map((one) => Math.max(one.highestModseq, one.counted.modseq)));
  const modseq = yield* nextModseq(q, account, Math.max(1, highest + 1 - state.counter));
  for (const { id, uidNext, counted } of wrong) {
    const { uid, modseq: _, goneModseq: __, ...counts } = counted;
    const next = Math.max(uidNext, uid + 1);
    yield* run(q.mailboxMend, { account, mailbox: id, modseq, uidNext: next, ...counts });
  }
  return wrong.map(({ id }) => `mailbox ${id}: counted again`);
}

/** Counters and counts of references of one account are worked out again; contents that nobody uses go. */
export function* repair(
  q: MailQueries,
  a: { after: number; now: number },
): Script<{ next: number | null; faults: string[] }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null, faults: [] };
  const state = yield* stateOf(q, account);
  const mended = [...(yield* mendMailboxes(q, state)), ...(yield* mendSharing(q, account))];
  for (const { id } of yield* run(q.sharesAlone, { account })) {
    yield* run(q.shareForget, { account, id });
    mended.push(`content ${id}: shared no more, it is missing`);
  }
  for (const { id, uidNext } of yield* wrongBlocks(q, account, yield* run(q.mailboxAll, { account }))) {
    yield* mendBlocks(q, { account, mailbox: id, uidNext });
    mended.push(`mailbox ${id}: uids that are gone counted again`);
  }
  if (state.row && (state.row.used !== state.used || state.row.messages !== state.messages)) {
    yield* run(q.accountMend, { account, used: state.used, messages: state.messages });
    mended.push('space and messages counted again');
  }
  for (const { id, refs, uses, hash } of state.emails) {
    if (refs === uses && uses > 0) continue;
    if (uses > 0) {
      yield* run(q.shareForget, { account, id });
      if (uses > 1) yield* run(q.shareMend, { account, id, more: uses - 1 });
      mended.push(`content ${id}: counted again`);
      continue;
    }
    const emails = numbers([id]);
    yield* run(q.emailRemove, { account, emails });
    yield* run(q.emailOrderRemove, { account, emails });
    yield* run(q.shareForget, { account, id });
    yield* forgetSearched(q, account, emails);
    yield* dropBlob(q, hash, a.now);
    mended.push(`content ${id}: removed, no message used it`);
  }
  mended.push(...(yield* mendOrders(q, account)), ...(yield* mendKeywords(q, account)));
  if ((yield* indexFaults(q, account)).length > 0) {
    yield* forgetIndex(q, account);
    yield* run(q.searchRestart, { account });
    // Whoever builds the index hears of it.
    yield* nextModseq(q, account);
    mended.push('search index thrown away, it is built again');
  }
  return { next: account, faults: mended.map((line) => `mail of account ${account}: ${line}`) };
}

/**
 * Between the backup and its restore mailboxes and contents may have been made that clients remember: their ids,
 * UIDVALIDITYs (RFC 9051 §2.3.1.1) and modseqs must not come true again for something else.
 */
export function* restored(
  q: MailQueries,
  a: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  const account = yield* nextAccount(q, a.after);
  if (account === null) return { next: null };
  const row = (yield* run(q.accountFind, { account }))[0];
  if (!row) return { next: account };
  const modseq = yield* nextModseq(q, account);
  let lastValidity = Math.max(row.lastValidity, a.nowSeconds);
  for (const { id } of yield* run(q.mailboxAll, { account })) {
    lastValidity++;
    yield* run(q.mailboxValidity, { account, mailbox: id, uidValidity: lastValidity, modseq });
  }
  yield* run(q.accountRestored, {
    account,
    lastValidity,
    nextMailbox: row.nextMailbox + limits.restoreMailboxesCount,
    nextEmail: row.nextEmail + limits.restoreEmailsCount,
  });
  return { next: account };
}

import { StoreError } from '../../base/index.ts';
import { flagRows, type StoredFlags, type StoreFlags } from '../../stores/mail/index.ts';
import { type Answer, ok, Refusal } from '../errors.ts';
import { type Call, type Command, inMailbox } from '../features.ts';
import { changeableFlags, permittedFlags } from '../names/rights.ts';
import { splitFlags } from '../session/flags.ts';
import { writeFlags, writeModseq } from '../session/responses.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { SequenceSet, type StoreArguments } from '../wire/index.ts';

interface Args extends StoreArguments {
  readonly set: SequenceSet;
}

type Change = Omit<StoreFlags, 'uids' | 'unchangedSince'>;

/** STORE and UID STORE, with UNCHANGEDSINCE (RFC 7162 §3.1.3). */
export const store: Command<Args> = {
  name: 'STORE',
  rfc: 'RFC 9051 §6.4.6',
  states: inMailbox,
  privilege: 'mail:write',
  hasUidForm: true,
  parse(decoder) {
    decoder.sp();
    const set = decoder.sequenceSet();
    decoder.sp();
    return { set, ...decoder.storeArguments() };
  },
  async run(session, args, call) {
    const selected = session.writableMailbox;
    if (args.unchangedSince !== null) session.enableCondstore();
    const change: Change = {
      account: selected.account,
      mailbox: selected.id,
      mode: args.action,
      ...permitted(args, selected.rights),
    };
    const asked = await selected.batches(args.set, call.uid);
    const modified: number[] = [];
    let missing = 0;
    let done = 0;
    for await (const uids of asked.of(session.limits.storeRowsMax)) {
      const stored = await storeBatch(session, selected, change, uids, args);
      modified.push(...stored.modified);
      missing += stored.missing.length;
      done += uids.length;
      await session.progress.at(done, asked.count);
      if (selected.hasToldMuch) await session.report({ expunge: false, force: true });
      await session.flush();
    }
    return await answer(selected, call, args, modified, missing);
  },
};

/** RFC 4314 §4: flags that the member may not change are passed over; NO only where it may change none of those it named. */
function permitted({ action, flags }: Args, rights: string): Pick<Change, 'flags' | 'keywords' | 'only'> {
  const wanted = splitFlags(flags);
  const only = changeableFlags(rights);
  const change = permittedFlags(wanted, rights);
  const isNothing = change.flags === 0 && change.keywords.length === 0;
  if (isNothing && (wanted.flags !== 0 || wanted.keywords.length > 0 || !mayFlag(only))) {
    throw new StoreError('denied', 'you may not change these flags here');
  }
  return action === 'replace' ? { ...change, only } : change;
}

function mayFlag({ flags, keywords }: ReturnType<typeof changeableFlags>): boolean {
  return flags !== 0 || keywords;
}

async function storeBatch(
  session: Session,
  selected: Selected,
  change: Change,
  uids: readonly number[],
  { silent, unchangedSince }: Args,
): Promise<Pick<StoredFlags, 'modified' | 'missing'>> {
  if (unchangedSince !== null) {
    const stored = await session.mail.storeFlags({ ...change, uids, unchangedSince });
    tell(session, selected, stored, silent);
    return stored;
  }
  if (!silent) {
    const stored = await session.mail.storeFlags({ ...change, uids });
    tell(session, selected, stored, false);
    return stored;
  }
  // What others changed since we last told the client must not hide behind our silence (RFC 9051 §6.4.6).
  const quiet = await session.mail.storeFlags({ ...change, uids, unchangedSince: selected.cursor });
  tell(session, selected, quiet, true);
  if (quiet.modified.length === 0) return quiet;
  const changed = await session.mail.storeFlags({ ...change, uids: quiet.modified });
  tell(session, selected, changed, false);
  return { modified: [], missing: [...quiet.missing, ...changed.missing] };
}

/** RFC 7162 §3.1.3: .SILENT hides the flags, never the new modseq from a client that keeps them. */
function tell(session: Session, selected: Selected, stored: StoredFlags, silent: boolean): void {
  selected.tellKeywords(session, stored.states);
  if (!silent || session.condstore) {
    for (const row of flagRows(stored)) {
      const seq = selected.view.seqOf(row.uid);
      if (seq === undefined) continue;
      if (silent) writeModseq(session, seq, row);
      else writeFlags(session, seq, row, !session.rev2 && selected.isRecent(row.uid));
    }
  }
  selected.toldAll(stored);
}

async function answer(
  selected: Selected,
  call: Call,
  args: Args,
  modified: readonly number[],
  missing: number,
): Promise<Answer> {
  if (modified.length > 0) {
    await selected.know(modified);
    const set = call.uid ? SequenceSet.of(modified) : selected.view.numbersOf(modified);
    return ok('some messages were changed by others', { code: 'MODIFIED', set });
  }
  // RFC 2180 §4.2: a client that asked to hear the flags hears that some are not there any more.
  if (!call.uid && missing > 0 && !args.silent) {
    throw new Refusal('some messages are expunged', 'EXPUNGEISSUED');
  }
  return ok('stored');
}

import { decodeStructure } from '../../formats/mime/index.ts';
import {
  foldedBody,
  foldedHeader,
  type MessageRow,
  type RowFilter,
  verdicts,
} from '../../stores/mail/index.ts';
import { Gone, uidRequired } from '../errors.ts';
import { systemBit } from '../session/flags.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import type { Slices } from '../session/slices.ts';
import type { SearchKey } from '../wire/index.ts';
import { compile } from './compile.ts';
import type { Evidence, Judge, Test } from './keys.ts';
import { headerOf, type Sought } from './needles.ts';
import { someKey } from './program.ts';

export interface Found {
  /** Ascending. */
  readonly uids: number[];
  /** The highest modseq among them, and those of the first and the last; 0 where rows were not looked at. */
  readonly modseq: number;
  readonly firstModseq: number;
  readonly lastModseq: number;
}

/**
 * The messages of a mailbox, the selected one or one opened for this, that match. The index says first which ones may hold the texts that are sought;
 * then cheap tests come before dear ones: rows, texts that are kept, and only where those do not decide the messages.
 */
export async function search(
  session: Session,
  key: SearchKey,
  needsModseq: boolean,
  selected: Selected = session.mailbox,
): Promise<Found> {
  if (session.uidOnly && namesNumbers(key)) throw uidRequired('UID before a set of uids');
  const { clock, features } = session.services;
  const sought: Sought[] = [];
  await selected.knowEnd();
  const judge = compile(key, selected, features, clock.nowMs(), sought);
  const candidates = await candidatesOf(key, selected);
  if (judge.cost === 'none' && !needsModseq && candidates === null) await selected.knowAll();
  if (judge.cost === 'none' && !needsModseq)
    return {
      uids: withoutRows(key, selected, candidates, judge.test),
      modseq: 0,
      firstModseq: 0,
      lastModseq: 0,
    };
  const goal = candidates?.length ?? selected.view.count;
  let done = 0;
  await narrow(session, selected, sought, goal);
  const searching = new Searching(session, selected, judge, sought);
  for await (const rows of rowsOf(session, selected, candidates, filterOf(key, judge))) {
    await searching.rows(rows);
    done += rows.length;
    await session.progress.at(Math.min(done, goal), goal);
    if (session.gone) throw new Gone();
  }
  return searching.found;
}

/** Whether message numbers stand anywhere in the search; '$' is of uids. */
function namesNumbers(key: SearchKey): boolean {
  return someKey(key, (one) => one.kind === 'sequence' && !one.set.isSaved);
}

/** Few messages are looked at sooner than the index; each needle's answer is held while the search runs. */
async function narrow(
  session: Session,
  selected: Selected,
  sought: readonly Sought[],
  messages: number,
): Promise<void> {
  const { searchNarrowedMin, searchNeedlesMax } = session.limits;
  if (messages < searchNarrowedMin || sought.length === 0) return;
  const some = sought.slice(0, searchNeedlesMax);
  const needles = some.map(({ needle }) => needle);
  const narrowed = await session.mail.narrow(selected.account, needles, messages);
  for (const [at, one] of some.entries()) one.narrowed = narrowed[at] ?? null;
}

/** The uids that sets of the top level leave over; null for all. */
async function candidatesOf(key: SearchKey, selected: Selected): Promise<number[] | null> {
  for (const part of key.kind === 'and' ? key.keys : [key]) {
    if (part.kind !== 'sequence' && part.kind !== 'uid') continue;
    const uids = await selected.resolve(part.set, part.kind === 'uid', 'ignore');
    return uids.length === selected.view.count ? null : uids;
  }
  return null;
}

function withoutRows(key: SearchKey, { view }: Selected, candidates: number[] | null, test: Test): number[] {
  const all: number[] = candidates ?? [];
  if (candidates === null) view.copy(0, view.count, all);
  // Candidates are what a set names, or everything.
  if (key.kind === 'all' || key.kind === 'sequence' || key.kind === 'uid') return all;
  const numbers = view.seqsOf(all);
  // Tests of this price look at uid and number only, and keep nothing.
  const row = { ...noRow };
  const evidence = { row, seq: 0, recent: false };
  return all.filter((uid, at) => {
    row.uid = uid;
    evidence.seq = numbers[at] as number;
    return test(evidence) === true;
  });
}

const noRow = {
  uid: 0,
  modseq: 0,
  flags: 0,
  keywords: '',
  received: 0,
  receivedZone: 0,
  saved: 0,
  size: 0,
  email: 0,
} satisfies MessageRow;

/** What the database can leave out by itself: flags of the top level, and what the index rules out. */
function filterOf(key: SearchKey, judge: Judge): RowFilter {
  let [mask, value] = [0, 0];
  for (const part of key.kind === 'and' ? key.keys : [key]) {
    const bit = part.kind === 'flag' ? systemBit(part.flag) : undefined;
    if (part.kind !== 'flag' || bit === undefined) continue;
    mask |= bit;
    if (part.set) value |= bit;
  }
  return { mask, value, narrowed: judge.within?.() ?? null };
}

async function* rowsOf(
  session: Session,
  selected: Selected,
  candidates: readonly number[] | null,
  filter: RowFilter,
): AsyncGenerator<readonly MessageRow[]> {
  const { mail, limits } = session;
  const { account, id, view } = selected;
  if (candidates === null) {
    if (view.count === 0) return;
    const { mask, narrowed } = filter;
    // More than a few are looked up here sooner than by the database.
    const few = narrowed !== null && narrowed.emails.length <= limits.searchRowsMax;
    if (few || mask !== 0)
      yield* mail.scanWith(account, id, 1, view.topUid, { ...filter, narrowed: few ? narrowed : null });
    else yield* mail.scan(account, id, 1, view.topUid);
    return;
  }
  for (let at = 0; at < candidates.length; at += limits.searchRowsMax) {
    yield await mail.messages(account, selected.id, candidates.slice(at, at + limits.searchRowsMax));
  }
}

/** Messages between two looks at the clock: of which rows are tested, and of which headers are. */
const [turnRows, searchedTurn] = [512, 32];

class Searching {
  readonly #session: Session;
  readonly #selected: Selected;
  readonly #test: Test;
  readonly #sought: readonly Sought[];
  /** Rows alone decide. */
  readonly #byRows: boolean;
  readonly #slices: Slices;
  readonly #uids: number[] = [];
  #modseq = 0;
  #firstModseq = 0;
  #lastModseq = 0;

  constructor(session: Session, selected: Selected, { cost, test }: Judge, sought: readonly Sought[]) {
    this.#session = session;
    this.#selected = selected;
    this.#test = test;
    this.#sought = sought;
    this.#byRows = cost === 'none' || cost === 'row';
    this.#slices = session.slices();
  }

  get found(): Found {
    return {
      uids: this.#uids,
      modseq: this.#modseq,
      firstModseq: this.#firstModseq,
      lastModseq: this.#lastModseq,
    };
  }

  async rows(rows: readonly MessageRow[]): Promise<void> {
    await this.#selected.knowRows(rows);
    const matched: MessageRow[] = [];
    if (this.#byRows) await this.#judgeRows(rows, matched);
    else {
      for (const { known } of this.#sought) known.clear();
      const decided = await this.#decide(await this.#judge(rows, matched));
      if (decided.length > 0) for (const row of decided) matched.push(row);
      if (decided.length > 0) matched.sort((a, b) => a.uid - b.uid);
    }
    this.#take(matched);
  }

  /** Tests of this price look at once and keep nothing, so all rows may share what they look at. */
  async #judgeRows(rows: readonly MessageRow[], matched: MessageRow[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const { view } = this.#selected;
    const evidence = { row: first, seq: 0, recent: false };
    for (let at = 0; at < rows.length; at++) {
      if (at % turnRows === turnRows - 1 && this.#slices.due) await this.#slices.next();
      const row = rows[at] as MessageRow;
      const seq = view.seqOf(row.uid);
      if (seq === undefined) continue;
      evidence.row = row;
      evidence.seq = seq;
      evidence.recent = this.#selected.isRecent(row.uid);
      if (this.#test(evidence) === true) matched.push(row);
    }
  }

  /** Answers those that more must be known of. */
  async #judge(rows: readonly MessageRow[], matched: MessageRow[]): Promise<Evidence[]> {
    const open: Evidence[] = [];
    for (let at = 0; at < rows.length; at++) {
      if (at % turnRows === turnRows - 1 && this.#slices.due) await this.#slices.next();
      const row = rows[at] as MessageRow;
      const seq = this.#selected.view.seqOf(row.uid);
      if (seq === undefined) continue;
      const evidence: Evidence = { row, seq, recent: this.#selected.isRecent(row.uid), wants: undefined };
      const verdict = this.#test(evidence);
      if (verdict === true) matched.push(row);
      else if (verdict === null) open.push(evidence);
    }
    return open;
  }

  #take(matched: readonly MessageRow[]): void {
    for (const { uid, modseq } of matched) {
      if (this.#uids.length === 0) this.#firstModseq = modseq;
      this.#lastModseq = modseq;
      this.#uids.push(uid);
      if (modseq > this.#modseq) this.#modseq = modseq;
    }
  }

  /** What is kept is asked for of all at once; messages are read a few at a time, for their texts are held. */
  async #decide(evidences: readonly Evidence[]): Promise<MessageRow[]> {
    const matched: MessageRow[] = [];
    const unread: Evidence[] = [];
    for (let open = evidences; open.length > 0; ) {
      const readable = open.filter(({ wants }) => wants !== 'header' && wants !== 'body');
      for (const one of open) if (one.wants === 'header' || one.wants === 'body') unread.push(one);
      await this.#bringKept(readable);
      open = await this.#test3(readable, matched);
    }
    const { searchContentsMax } = this.#session.limits;
    for (let at = 0; at < unread.length; at += searchContentsMax) {
      // Each piece is brought once, so it ends.
      for (let open: readonly Evidence[] = unread.slice(at, at + searchContentsMax); open.length > 0; ) {
        await this.#bringKept(open);
        await this.#bringRead(open);
        open = await this.#test3(open, matched);
        if (this.#session.gone) throw new Gone();
      }
    }
    return matched;
  }

  /** Answers those that are still open. */
  async #test3(evidences: readonly Evidence[], matched: MessageRow[]): Promise<Evidence[]> {
    const open: Evidence[] = [];
    for (let at = 0; at < evidences.length; at++) {
      const evidence = evidences[at] as Evidence;
      // One that holds a whole text may take its time.
      const isLong = evidence.body !== undefined || at % searchedTurn === searchedTurn - 1;
      if (isLong && this.#slices.due) await this.#slices.next();
      const verdict = this.#test(evidence);
      if (verdict === true) matched.push(evidence.row);
      if (verdict === null) open.push(evidence);
      else if (evidence.header !== undefined || evidence.body !== undefined) {
        // A body may be as large as a message.
        evidence.header = undefined;
        evidence.body = undefined;
      }
    }
    return open;
  }

  async #bringKept(open: readonly Evidence[]): Promise<void> {
    const groups = new Map<Sought | 'day', Evidence[]>();
    for (const evidence of open) {
      const { wants } = evidence;
      if (wants === undefined || wants === 'header' || wants === 'body') continue;
      evidence.wants = undefined;
      const group = groups.get(wants);
      if (group) group.push(evidence);
      else groups.set(wants, [evidence]);
    }
    for (const [wants, evidences] of groups) {
      if (wants === 'day') await this.#bringDays(evidences);
      else await this.#bringVerdicts(wants, evidences);
      if (this.#session.gone) throw new Gone();
    }
  }

  async #bringVerdicts(sought: Sought, evidences: readonly Evidence[]): Promise<void> {
    const { mail } = this.#session;
    const emails = evidences.map(({ row }) => row.email);
    const found = await mail.decide(this.#selected.account, emails, sought.needle);
    for (let at = 0; at < emails.length; at++) {
      const verdict = found[at];
      sought.known.set(emails[at] as number, verdict === verdicts.unknown ? null : verdict === verdicts.yes);
    }
  }

  async #bringDays(evidences: readonly Evidence[]): Promise<void> {
    const days = await this.#session.mail.sentDays(this.#selected.account, emailsOf(evidences));
    for (const evidence of evidences) {
      const day = days.get(evidence.row.email);
      evidence.sentDay = day === undefined ? 'unread' : day;
    }
  }

  async #bringRead(open: readonly Evidence[]): Promise<void> {
    const headers = open.filter(({ wants }) => wants === 'header');
    const body = open.find(({ wants }) => wants === 'body');
    for (const evidence of open) evidence.wants = undefined;
    if (headers.length > 0) await this.#bringHeaders(headers);
    if (body) await this.#bringBody(body);
  }

  async #bringHeaders(evidences: readonly Evidence[]): Promise<void> {
    const { mail } = this.#session;
    const contents = await mail.contents(this.#selected.account, emailsOf(evidences));
    const load = async (evidence: Evidence) => {
      const content = contents.get(evidence.row.email);
      const empty = content === undefined || content.headerLength === 0;
      const bytes = empty ? Buffer.alloc(0) : await mail.bytes(content.hash, [0, content.headerLength]);
      evidence.header = headerOf(foldedHeader(bytes));
    };
    await Promise.all(evidences.map(load));
  }

  /** One at a time; the others ask again. */
  async #bringBody(evidence: Evidence): Promise<void> {
    const { mail } = this.#session;
    const { email } = evidence.row;
    const content = (await mail.contents(this.#selected.account, [email])).get(email);
    if (content === undefined) {
      evidence.body = '';
      return;
    }
    const read = (start: number, end: number) => mail.bytes(content.hash, [start, end]);
    evidence.body = await foldedBody(decodeStructure(content.structure), read);
  }
}

function emailsOf(evidences: readonly Evidence[]): number[] {
  return [...new Set(evidences.map(({ row }) => row.email))];
}

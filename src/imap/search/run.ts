import type { MessageRow } from '../../stores/mail/index.ts';
import { Gone, uidRequired } from '../errors.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import type { Slices } from '../session/slices.ts';
import type { SearchKey } from '../wire/index.ts';
import { readBodyText } from './body.ts';
import { compile } from './compile.ts';
import { HeaderText } from './header.ts';
import type { Evidence, Test } from './keys.ts';

export interface Found {
  /** Ascending. */
  readonly uids: number[];
  /** The highest modseq among them, and those of the first and the last; 0 where rows were not looked at. */
  readonly modseq: number;
  readonly firstModseq: number;
  readonly lastModseq: number;
}

/** The messages of the selected mailbox that match. Cheap tests first: rows, then texts and headers, then bodies. */
export async function search(session: Session, key: SearchKey, needsModseq: boolean): Promise<Found> {
  const selected = session.mailbox;
  if (session.uidOnly && namesNumbers(key)) throw uidRequired('UID before a set of uids');
  const { clock, features } = session.services;
  const judge = compile(key, selected, features, clock.nowMs());
  const candidates = await candidatesOf(key, selected);
  if (judge.cost === 'none' && !needsModseq)
    return { uids: withoutRows(selected, candidates, judge.test), modseq: 0, firstModseq: 0, lastModseq: 0 };
  const searching = new Searching(session, selected, judge.test);
  for await (const rows of rowsOf(session, selected, candidates)) {
    await searching.rows(rows);
    if (session.gone) throw new Gone();
  }
  return searching.found;
}

/** Whether message numbers stand anywhere in the search; '$' is of uids. */
function namesNumbers(key: SearchKey): boolean {
  if (key.kind === 'sequence') return !key.set.isSaved;
  if (key.kind === 'not') return namesNumbers(key.key);
  return (key.kind === 'and' || key.kind === 'or') && key.keys.some(namesNumbers);
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

function withoutRows(selected: Selected, candidates: readonly number[] | null, test: Test): number[] {
  const { view } = selected;
  const uids: number[] = [];
  for (const uid of candidates ?? view.uids()) {
    // Tests of this price look at uid and number only.
    if (test({ row: { ...noRow, uid }, seq: view.seqOf(uid) ?? 0, recent: false }) === true) uids.push(uid);
  }
  return uids;
}

const noRow: MessageRow = {
  uid: 0,
  modseq: 0,
  flags: 0,
  keywords: '',
  received: 0,
  receivedZone: 0,
  saved: 0,
  size: 0,
  email: 0,
};

async function* rowsOf(
  session: Session,
  selected: Selected,
  candidates: readonly number[] | null,
): AsyncGenerator<readonly MessageRow[]> {
  const { mail, limits } = session;
  const { account } = selected;
  if (candidates === null) {
    if (selected.view.count > 0) yield* mail.scan(account, selected.id, 1, selected.view.lastUid);
    return;
  }
  for (let at = 0; at < candidates.length; at += limits.searchRowsMax) {
    yield await mail.messages(account, selected.id, candidates.slice(at, at + limits.searchRowsMax));
  }
}

class Searching {
  readonly #session: Session;
  readonly #selected: Selected;
  readonly #test: Test;
  readonly #slices: Slices;
  readonly #uids: number[] = [];
  #modseq = 0;
  #firstModseq = 0;
  #lastModseq = 0;

  constructor(session: Session, selected: Selected, test: Test) {
    this.#session = session;
    this.#selected = selected;
    this.#test = test;
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
    const matched: MessageRow[] = [];
    const open: Evidence[] = [];
    for (const row of rows) {
      if (this.#slices.due) await this.#slices.next();
      const seq = this.#selected.view.seqOf(row.uid);
      if (seq === undefined) continue;
      const evidence: Evidence = { row, seq, recent: this.#selected.isRecent(row.uid) };
      const verdict = this.#test(evidence);
      if (verdict === true) matched.push(row);
      else if (verdict === null) open.push(evidence);
    }
    const { searchContentsMax } = this.#session.limits;
    for (let at = 0; at < open.length; at += searchContentsMax) {
      matched.push(...(await this.#decide(open.slice(at, at + searchContentsMax))));
      if (this.#session.gone) throw new Gone();
    }
    matched.sort((a, b) => a.uid - b.uid);
    for (const { uid, modseq } of matched) {
      if (this.#uids.length === 0) this.#firstModseq = modseq;
      this.#lastModseq = modseq;
      this.#uids.push(uid);
      if (modseq > this.#modseq) this.#modseq = modseq;
    }
  }

  /** Brings what is asked for until every message is decided; each piece is brought once, so it ends. */
  async #decide(evidences: Evidence[]): Promise<MessageRow[]> {
    const matched: MessageRow[] = [];
    let open = evidences;
    while (open.length > 0) {
      await this.#bring(open);
      const next: Evidence[] = [];
      for (const evidence of open) {
        if (this.#slices.due) await this.#slices.next();
        const verdict = this.#test(evidence);
        if (verdict === true) matched.push(evidence.row);
        else if (verdict === null) next.push(evidence);
        // A body may be as large as a message.
        if (verdict !== null) delete evidence.body;
      }
      open = next;
    }
    return matched;
  }

  async #bring(open: readonly Evidence[]): Promise<void> {
    const wanting = (what: Evidence['wants']) => open.filter((evidence) => evidence.wants === what);
    const [texts, headers, bodies] = [wanting('text'), wanting('header'), wanting('body')];
    for (const evidence of open) delete evidence.wants;
    if (texts.length > 0) await this.#bringTexts(texts);
    if (headers.length > 0) await this.#bringHeaders(headers);
    if (bodies[0]) await this.#bringBody(bodies[0]);
  }

  async #bringTexts(evidences: readonly Evidence[]): Promise<void> {
    const { mail } = this.#session;
    const texts = await mail.texts(this.#selected.account, emailsOf(evidences));
    for (const evidence of evidences) evidence.text = texts.get(evidence.row.email) ?? null;
  }

  async #bringHeaders(evidences: readonly Evidence[]): Promise<void> {
    const { mail } = this.#session;
    const contents = await mail.contents(this.#selected.account, emailsOf(evidences));
    const load = async (evidence: Evidence) => {
      const content = contents.get(evidence.row.email);
      const empty = content === undefined || content.headerLength === 0;
      const bytes = empty ? Buffer.alloc(0) : await mail.bytes(content.hash, [0, content.headerLength]);
      evidence.header = new HeaderText(bytes);
    };
    await Promise.all(evidences.map(load));
  }

  /** One at a time; the others ask again. */
  async #bringBody(evidence: Evidence): Promise<void> {
    const { mail } = this.#session;
    const content = (await mail.contents(this.#selected.account, [evidence.row.email])).get(
      evidence.row.email,
    );
    evidence.body = content === undefined ? '' : await readBodyText(mail, content);
  }
}

function emailsOf(evidences: readonly Evidence[]): number[] {
  return [...new Set(evidences.map(({ row }) => row.email))];
}

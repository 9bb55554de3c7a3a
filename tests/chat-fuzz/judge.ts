import { bareText, parseJid } from '../../src/formats/jid/index.ts';
import { type Element, elementsOf } from '../../src/formats/stanza/index.ts';
import { clientNs } from './corpus.ts';

const stanzasNs = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const streamsNs = 'http://etherx.jabber.org/streams';
export const markNs = 'urn:fuzz:mark';

/** RFC 6120 §8.3.3. */
const conditions: ReadonlySet<string> = new Set([
  ...[
    'bad-request',
    'conflict',
    'feature-not-implemented',
    'forbidden',
    'gone',
    'item-not-found',
    'jid-malformed',
  ],
  ...[
    'not-acceptable',
    'not-allowed',
    'not-authorized',
    'policy-violation',
    'recipient-unavailable',
    'redirect',
  ],
  ...['registration-required', 'remote-server-not-found', 'remote-server-timeout', 'resource-constraint'],
  ...['service-unavailable', 'subscription-required', 'undefined-condition', 'unexpected-request'],
]);
const errorTypes: ReadonlySet<string> = new Set(['auth', 'cancel', 'continue', 'modify', 'wait']);

/** Who says something, or hears it. */
export interface Party {
  /** Bare address; of another server, its domain. */
  readonly account: string;
  /** Full address; of another server, its domain. */
  readonly jid: string;
  /** Stands in its marks. */
  readonly name: string;
}

interface Said {
  readonly by: Party;
  readonly to: string | undefined;
  readonly kind: string;
  readonly text: string;
}

interface Asked {
  readonly by: Party;
  readonly to: string | undefined;
  readonly text: string;
  answers: number;
  /** Its stream ended before an answer came: there may be none. */
  isLost: boolean;
}

export interface JudgeOptions {
  readonly domain: string;
  /** Bare addresses of members. */
  readonly members: readonly string[];
  /** Of another server. */
  readonly foreign: string;
}

/** Looks at what everybody hears, and knows who has said what to whom. */
export class Judge {
  readonly faults: string[] = [];
  /** Elements that were looked at. */
  heard = 0;
  answers = 0;
  readonly #options: JudgeOptions;
  readonly #said = new Map<string, Said>();
  readonly #asked = new Map<string, Asked>();
  /** Resources that are no more, or wait to be resumed by nobody. */
  readonly #gone = new Set<string>();
  /** Accounts that block somebody in this round: an answer to whom they block is dropped (XEP-0191 §3.2). */
  readonly #blocking = new Set<string>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  fault(what: string, text: string): void {
    this.faults.push(`${what}\n  ${text.slice(0, 3_000)}`);
  }

  /** `mark` stands in it; of a request it is the id. */
  says(mark: string, by: Party, of: Element, text: string): void {
    const { to, type } = of.attributes;
    this.#said.set(mark, { by, to, kind: of.name, text });
    if (of.name !== 'iq' || type === 'result' || type === 'error') return;
    if (text.includes("'urn:xmpp:blocking'")) this.#blocks(by);
    // A request of no type that there is, is refused.
    if (!this.#isHeard(by, to)) return;
    const isLost = this.#gone.has(to ?? '') || this.#blocking.has(bareOf(to ?? '') ?? '');
    this.#asked.set(`${by.jid} ${mark}`, { by, to, text, answers: 0, isLost });
  }

  /** What was said is heard, and what was asked is answered or never will be. */
  roundEnds(): void {
    this.#blocking.clear();
  }

  /** Whom it blocks while it is asked by them, it does not answer any more. */
  #blocks({ account }: Party): void {
    this.#blocking.add(account);
    for (const asked of this.#asked.values())
      if (asked.answers === 0 && bareOf(asked.to ?? '') === account) asked.isLost = true;
  }

  /** Rooms have no way back to a server that listens nowhere. */
  #isHeard({ account }: Party, to: string | undefined): boolean {
    return (
      account.includes('@') ||
      bareOf(to ?? '')
        ?.split('@')
        .at(-1) === this.#options.domain
    );
  }

  /** Its stream has ended: of its requests those that are open may stay without answer, and so may those that went to it. */
  lost({ jid }: Party): void {
    this.#gone.add(jid);
    for (const asked of this.#asked.values())
      if (asked.answers === 0 && (asked.by.jid === jid || this.#isFor(asked.to, jid))) asked.isLost = true;
  }

  /** Who is meant by a nick in a room, the room alone knows. */
  #isFor(to: string | undefined, jid: string): boolean {
    if (to === undefined || to === jid) return to === jid;
    const { domain, foreign } = this.#options;
    if (to.includes(`@rooms.${domain}/`)) return true;
    return jid === foreign && bareOf(to)?.split('@').at(-1) === jid;
  }

  unanswered(): readonly string[] {
    return [...this.#asked.values()]
      .filter(({ answers, isLost }) => answers === 0 && !isLost)
      .map(({ text }) => text);
  }

  end(): void {
    for (const text of this.unanswered()) this.fault('no answer', text);
  }

  hears(by: Party, of: Element, text: string): void {
    this.heard++;
    if (of.ns === streamsNs && of.name === 'error') {
      if ([...elementsOf(of)].some(({ name }) => name === 'internal-server-error'))
        this.fault('the stream failed', text);
      return;
    }
    if (!['message', 'presence', 'iq'].includes(of.name)) return;
    const ns = by.account.includes('@') ? clientNs : 'jabber:server';
    if (of.ns !== ns) this.fault(`a stanza of '${of.ns}' came to ${by.jid}`, text);
    this.#addresses(by, of, text);
    this.#secrets(by, text);
    if (of.name === 'iq') this.#answer(by, of, text);
    if (of.attributes.type === 'error') this.#error(of, text);
  }

  #addresses(by: Party, of: Element, text: string): void {
    const { to, from, type } = of.attributes;
    const bare = to === undefined ? by.account : bareOf(to);
    const isForeign = !by.account.includes('@');
    if (isForeign ? bare?.split('@').at(-1) !== by.account : bare !== by.account)
      this.fault(`${by.jid} got what is for ${to}`, text);
    // RFC 6121 §8.5.3.2: a message for a resource that is not there is as good as one for the account.
    if (of.name !== 'message' && to?.includes('/') && !isForeign && to !== by.jid)
      this.fault(`${by.jid} got what is for ${to}`, text);
    if (from === undefined) {
      if (of.name !== 'iq') this.fault('nobody has sent it', text);
      return;
    }
    const sender = bareOf(from);
    if (sender === null) {
      if (type !== 'error') this.fault(`from ${from}, which is no address`, text);
      return;
    }
    const mark = markOf(of);
    const said = mark === undefined ? undefined : this.#said.get(mark);
    if (said === undefined || said.by.account === by.account) return;
    const isHis =
      from === said.by.jid || sender === said.by.account || sender.endsWith(`@${said.by.account}`);
    const isRoom = sender.endsWith(`@rooms.${this.#options.domain}`);
    if (!isHis && !isRoom)
      this.fault(`${said.by.jid} has sent it, and it says ${from}`, `${text}\n  as ${said.text}`);
  }

  /** What somebody said to one other is heard by these two. */
  #secrets(by: Party, text: string): void {
    for (const [mark] of text.matchAll(/fz-[a-z]+-\d+/g)) {
      const said = this.#said.get(mark);
      if (said === undefined || said.by.account === by.account) continue;
      if (said.kind !== 'message' && said.kind !== 'iq') continue;
      const to = said.to === undefined ? said.by.account : bareOf(said.to);
      if (to === null) this.fault(`${by.jid} heard what went to no address`, `${text}\n  as ${said.text}`);
      else if (!this.#mayHear(by, said, to))
        this.fault(`${by.jid} heard what was for ${to}`, `${text}\n  as ${said.text}`);
    }
  }

  #mayHear(by: Party, said: Said, to: string): boolean {
    if (to === by.account || to.endsWith(`@${by.account}`)) return true;
    if (to.endsWith(`rooms.${this.#options.domain}`)) return true;
    // What stands in a node is heard by whoever may read it; its id by nobody.
    return said.kind === 'iq' && said.text.includes('http://jabber.org/protocol/pubsub');
  }

  #answer(by: Party, of: Element, text: string): void {
    const { id = '', type, from } = of.attributes;
    if (type !== 'result' && type !== 'error') return;
    const asked = this.#asked.get(`${by.jid} ${id}`);
    if (asked === undefined) {
      // What one says to oneself comes back as it was.
      if (id.startsWith(`fz-${by.name}-`) && from !== by.jid) this.fault('an answer to nothing', text);
      return;
    }
    this.answers++;
    asked.answers++;
    if (asked.answers > 1) this.fault(`answered ${asked.answers} times`, `${text}\n  to ${asked.text}`);
    const wanted = asked.to === undefined ? by.account : asked.to;
    const isWanted =
      from === undefined ? bareOf(wanted) === by.account : from === wanted || same(from, wanted);
    if (!isWanted) this.fault(`${asked.to} was asked, ${from} answers`, `${text}\n  to ${asked.text}`);
  }

  /** Errors of ours; what clients tell each other is theirs. */
  #error(of: Element, text: string): void {
    const { from = '' } = of.attributes;
    const isClients = from.includes('/') || from.endsWith(this.#options.foreign);
    if (isClients) return;
    const errors = [...elementsOf(of)].filter(({ name, ns }) => name === 'error' && ns === of.ns);
    const [error] = errors.slice(-1);
    if (error === undefined) {
      this.fault('an error without one', text);
      return;
    }
    if (!errorTypes.has(error.attributes.type ?? '')) this.fault('an error of no type', text);
    const said = [...elementsOf(error)].filter(({ ns, name }) => ns === stanzasNs && name !== 'text');
    if (said.length !== 1 || !conditions.has(said[0]?.name ?? ''))
      this.fault('an error without its condition', text);
  }
}

function bareOf(text: string): string | null {
  try {
    return bareText(parseJid(text));
  } catch {
    return null;
  }
}

function same(one: string, other: string): boolean {
  try {
    const [a, b] = [parseJid(one), parseJid(other)];
    return bareText(a) === bareText(b) && a.resource === b.resource;
  } catch {
    return false;
  }
}

/** The mark that stands in it, not in what it carries. */
function markOf(of: Element): string | undefined {
  if (of.name === 'iq') return of.attributes.id;
  for (const child of elementsOf(of)) if (child.ns === markNs) return child.attributes.m;
  return undefined;
}

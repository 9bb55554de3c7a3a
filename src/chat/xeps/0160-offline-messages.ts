import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element } from '../../formats/stanza/index.ts';
import type { WaitingRow } from '../../stores/conversations/index.ts';
import { keepingOf, messageOf, rowOf, stanzaIdElement, stanzaIdNs } from '../archive/index.ts';
import { delayElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { Flow } from '../routing/flow.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import type { Specification } from '../specification.ts';
import { addressed, type Stanza, tryJid } from '../stanza.ts';
import { hasCarbons } from './0280-carbons.ts';
import { readsArchive } from './0313-message-archive.ts';
import { isBoundAtLogin } from './0386-bind2.ts';

/** Rows that are read at once. */
const pageRows = 100;

/** Sessions that were told what had waited. */
const told = new WeakSet<Session>();
/** What came for a session while it is told of older messages. */
const waiting = new WeakMap<Session, Element[]>();
/** One session of an account after the other: what one was told the next is not. */
const telling = new WeakMap<Home, Promise<void>>();

/** Its client finds in the archive what it has missed. */
const looksItUp = (session: Session): boolean => isBoundAtLogin(session) || readsArchive(session);

const isStamped = (of: Element, home: Home): boolean =>
  childOf(of, 'stanza-id', stanzaIdNs)?.attributes.by === home.text;

/** XEP-0160 §3, XEP-0203: as it came, with when and where it is kept; null where the client finds it by itself. */
function shownTo(session: Session, row: WaitingRow): Element | null {
  const { home, chat } = session;
  const message = messageOf(row.stanza);
  const isArchived = !row.hidden || isStamped(message, home);
  if (isArchived && looksItUp(session)) return null;
  const isDelayed = message.children.some(
    (child) => typeof child !== 'string' && child.name === 'delay' && child.attributes.from === chat.domain,
  );
  const children = [
    ...(row.hidden ? [] : [stanzaIdElement(home.text, row.id)]),
    ...message.children,
    ...(isDelayed ? [] : [delayElement(chat.domain, row.atMs)]),
  ];
  return { ...message, children };
}

/** Resolves when what was submitted before is durable. */
function kept({ commits }: Chat): Promise<void> {
  return new Promise((resolve) => {
    const flow = new Flow(null, () => resolve());
    flow.after(resolve);
    commits.submit(flow);
  });
}

async function tell(session: Session): Promise<void> {
  // What was to wait when nobody was there yet is kept by then.
  await kept(session.chat);
  const { archive } = session.chat.store;
  const { account } = session.home;
  for (let after = -1; !session.isClosed; ) {
    const rows = await archive.takeOffline(account, { max: pageRows, after });
    const last = rows.at(-1);
    if (last === undefined || session.isClosed) return;
    for (const row of rows) {
      const message = shownTo(session, row);
      if (message !== null) session.write(message);
    }
    await archive.delivered(account, last.id);
    after = last.id;
    await session.stream?.transport.drain();
  }
}

/** What came meanwhile follows what had waited. */
function release(session: Session): void {
  const held = waiting.get(session) ?? [];
  waiting.delete(session);
  for (const stanza of held) session.deliver(stanza);
}

function begin(session: Session): void {
  const { home, chat } = session;
  told.add(session);
  waiting.set(session, []);
  const before = telling.get(home) ?? Promise.resolve();
  const work = before
    .then(() => tell(session))
    .catch((error: unknown) => chat.log.error('messages that waited are not told', { error }))
    .then(() => release(session));
  telling.set(home, work);
  chat.commits.behind(work);
}

/** RFC 6121 §8.5.2.2.1: at the first presence that is not negative. */
function present(session: Session): undefined {
  if (session.isAvailable && session.priority >= 0 && !told.has(session)) begin(session);
}

function outgoing(session: Session, stanza: Element): 'held' | undefined {
  const held = waiting.get(session);
  if (held === undefined || stanza.name !== 'message') return undefined;
  if (held.length >= session.chat.limits.heldStanzasMax) release(session);
  else {
    held.push(stanza);
    return 'held';
  }
  return undefined;
}

/** What waits again: several sessions may give back the same. */
const again = new WeakSet<Element>();

/** A message that was for a session and never reached it (XEP-0198 §4). */
function returned(session: Session, of: Element, stanza: Stanza, atMs: number): void {
  const { home, chat } = session;
  const { type } = stanza;
  if (keepingOf(type, of.children) === 'drop') return;
  const rest = home.available;
  if (rest.length > 0) {
    // RFC 6121 §8.5.3.2.1: what was for that session alone goes to those who did not hear it by a copy.
    if (stanza.to.resource !== session.jid.resource) return;
    for (const other of rest) if (!hasCarbons(other)) other.deliver(of);
    return;
  }
  if (again.has(of) || (looksItUp(session) && isStamped(of, home))) return;
  again.add(of);
  const late = addressed(
    { ...of, children: [...of.children, delayElement(chat.domain, atMs)] },
    stanza.from,
    stanza.to,
  );
  const flow = chat.router.flowFor(stanza);
  flow.keep({ ...rowOf(home.account, 'in', late, atMs), body: null, hidden: true, offline: true });
  chat.commits.submit(flow);
}

/** What was for a session that is no more and that it does not have, oldest first. */
export function giveBack(
  session: Session,
  unacked: Iterable<{ readonly stanza: Element; readonly atMs: number }>,
): void {
  for (const { stanza: of, atMs } of unacked) {
    const [from, to] = [tryJid(of.attributes.from), tryJid(of.attributes.to)];
    if (from === null || to === null || of.attributes.from === session.text) continue;
    const stanza = addressed(of, from, to);
    if (stanza.kind === 'message') returned(session, of, stanza, atMs);
    else if (stanza.kind === 'iq' && jidText(to) === session.text) {
      session.chat.router.bounce(stanza, new StanzaError('service-unavailable'));
    }
  }
}

/** Messages for an account of which no session is there wait for the next one. */
export const offlineMessages: Specification = {
  xep: '0160',
  name: 'Best Practices for Handling Offline Messages',
  version: '1.0.1',
  features: { server: ['msgoffline'] },
  presence: { sent: present },
  session: {
    outgoing,
    missed: (session, stanza) => giveBack(session, [{ stanza, atMs: session.chat.clock.nowMs() }]),
  },
};

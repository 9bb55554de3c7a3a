import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import {
  answerMetadata,
  answerQuery,
  isArchived,
  type Keeping,
  keepingOf,
  mamNs,
  queryForm,
  rowOf,
  type ShownArchive,
  stanzaIdElement,
} from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import type { Delivery, Kept, Sending } from '../routing/flow.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { IqHandler, IqRequest, Specification } from '../specification.ts';
import type { Stanza } from '../stanza.ts';

/** Sessions whose client reads the archive: what waits for them is found there. */
const readers = new WeakSet<Session>();
export const readsArchive = (session: Session): boolean => readers.has(session);

const archiveOf = ({ account, jid }: Home): ShownArchive => ({
  key: { kind: 'account', owner: account },
  jid,
});

function demandHome({ home }: IqRequest): Home {
  if (home === null) throw new StanzaError('service-unavailable');
  return home;
}

async function query(request: IqRequest): Promise<Element> {
  const { chat, stanza, payload, session } = request;
  const archive = archiveOf(demandHome(request));
  if (session !== null) readers.add(session);
  if (stanza.type === 'get') return queryForm();
  return answerQuery(chat, archive, stanza, payload);
}

const handlers: readonly IqHandler[] = [
  { name: 'query', ns: mamNs, type: 'both', at: 'account', who: 'owner', run: query },
  {
    name: 'metadata',
    ns: mamNs,
    type: 'get',
    at: 'account',
    who: 'owner',
    run: (request) => answerMetadata(request.chat, archiveOf(demandHome(request))),
  },
];

/** What becomes of it where the member has said whose messages are not to be archived; at once where the account is known. */
function wanted(home: Home, { type, element: of }: Stanza, other: Jid): Keeping | Promise<Keeping> {
  const keeping = keepingOf(type, of.children);
  if (keeping !== 'archive') return keeping;
  const state = home.state();
  const judged = (known: Awaited<typeof state>) => (isArchived(known, other) ? 'archive' : 'wait');
  return state instanceof Promise ? state.then(judged) : judged(state);
}

/** The sender's own archive, before anybody hears of it. */
function keepSent(sending: Sending): Promise<undefined> | undefined {
  const keeping = wanted(sending.session.home, sending.stanza, sending.stanza.to);
  if (keeping instanceof Promise) return keeping.then((known) => sentAs(sending, known));
  return sentAs(sending, keeping);
}

function sentAs({ session, stanza, flow, stamps }: Sending, keeping: Keeping): undefined {
  if (keeping !== 'archive') return;
  const { home, chat } = session;
  const kept = flow.keep(rowOf(home.account, 'out', stanza, chat.clock.nowMs()));
  stamps.push(() => stanzaIdElement(home.text, kept.id));
}

/** XEP-0313 §5.1.1: a message to oneself is one message. */
function alreadyKept({ home, stanza, flow }: Delivery): Kept | undefined {
  if (bareText(stanza.from) !== home.text) return undefined;
  return flow.kept.find(({ row }) => row.kind === 'account' && row.owner === home.account);
}

function keepReceived(delivery: Delivery): Promise<void> | void {
  const keeping = wanted(delivery.home, delivery.stanza, delivery.stanza.from);
  if (keeping instanceof Promise) return keeping.then((known) => receivedAs(delivery, known));
  receivedAs(delivery, keeping);
}

function receivedAs(delivery: Delivery, keeping: Keeping): void {
  const { home, stanza, flow, isOffline, stamps } = delivery;
  if (keeping === 'drop') return;
  const before = alreadyKept(delivery);
  if (before !== undefined) {
    stamps.push(() => stanzaIdElement(home.text, before.id));
    return;
  }
  const row = rowOf(home.account, 'in', stanza, home.chat.clock.nowMs());
  if (keeping === 'archive') {
    const kept = flow.keep(isOffline ? { ...row, offline: true } : row);
    stamps.push(() => stanzaIdElement(home.text, kept.id));
  } else if (isOffline) flow.keep({ ...row, body: null, hidden: true, offline: true });
}

/** Message Archive Management: what a member sent and got, kept once and shown to the member alone. */
export const messageArchive: Specification = {
  xep: '0313',
  name: 'Message Archive Management',
  version: '1.1.3',
  features: {
    // Of accounts; Profanity asks the server alone, and ejabberd says so there too.
    server: [mamNs],
    account: [mamNs, `${mamNs}#extended`, `${mamNs}#groupchat-field`, 'urn:xmpp:fulltext:0'],
  },
  iq: handlers,
  message: [
    { phase: 'send', run: keepSent },
    { phase: 'select', run: keepReceived },
  ],
  bind: [
    {
      // XEP-0386 §3.4: where the archive stands when the session begins.
      feature: null,
      bound: ({ chat, home }) => answerMetadata(chat, archiveOf(home)),
    },
  ],
};

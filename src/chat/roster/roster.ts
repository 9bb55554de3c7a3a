import { FormatError, StoreError } from '../../base/index.ts';
import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import { childrenOf, type Element, element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import type { ContactChange } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { untellContact } from '../presence/telling.ts';
import type { Home } from '../routing/home.ts';
import type { IqRequest, Specification } from '../specification.ts';
import { addressed, resultOf } from '../stanza.ts';
import { change, inTurn } from './contacts.ts';
import { allItems, push, queryOf, rosterNs, shownItem, sinceOf } from './pushes.ts';
import type { HomeState } from './state.ts';
import { hears, isHeard, type Standing, strangers } from './subscription.ts';

const versionsNs = 'urn:xmpp:features:rosterver';
const preApprovalNs = 'urn:xmpp:features:pre-approval';

/** RFC 6121 §2.1.3, §2.6.2. Answers by itself, so that no push comes between what it read and the answer. */
async function get({ home, session, payload, stanza }: IqRequest): Promise<undefined> {
  if (home === null || session === null) return;
  const { ver } = payload.attributes;
  const state = await home.state();
  session.isInterested = true;
  const since = ver === undefined ? null : sinceOf(state, ver);
  if (since === null) {
    session.deliver(resultOf(stanza, queryOf(state, allItems(state))).element);
    return;
  }
  session.deliver(resultOf(stanza).element);
  for (const { contact, ver: changed } of state.contacts.values())
    if (changed > since && !state.shared.has(contact)) deliverChange(session, state, contact);
}

/** RFC 6121 §2.6.3: what has changed meanwhile, as if it were pushed now. */
function deliverChange(session: NonNullable<IqRequest['session']>, state: HomeState, contact: string): void {
  const query = queryOf(state, [shownItem(state, contact)]);
  const id = `ver-${state.ver}-${contact}`;
  session.deliver(element('iq', clientNs, { type: 'set', id, to: session.text }, query));
}

interface Wish {
  readonly contact: Jid;
  readonly name: string;
  readonly groups: readonly string[];
  readonly isRemoval: boolean;
}

/** RFC 6121 §2.1.5, §2.3.3. */
function wishOf(query: Element): Wish {
  const [item, ...more] = [...elementsOf(query)];
  if (item === undefined || more.length > 0 || item.name !== 'item' || item.ns !== rosterNs)
    throw new StanzaError('bad-request', { text: 'one item is set at a time' });
  const { jid, name = '', subscription } = item.attributes;
  if (jid === undefined) throw new StanzaError('bad-request', { text: 'the item has no jid' });
  const groups = childrenOf(item, 'group').map(textOf);
  if (groups.includes('')) throw new StanzaError('not-acceptable', { text: 'a group has no name' });
  if (new Set(groups).size < groups.length)
    throw new StanzaError('bad-request', { text: 'a group is named twice' });
  return { contact: contactOf(jid), name, groups, isRemoval: subscription === 'remove' };
}

function contactOf(jid: string): Jid {
  try {
    return { ...parseJid(jid), resource: '' };
  } catch (error) {
    if (error instanceof FormatError) throw new StanzaError('jid-malformed', { text: error.message });
    throw error;
  }
}

async function set({ home, payload }: IqRequest): Promise<null> {
  if (home === null) return null;
  const wish = wishOf(payload);
  const text = bareText(wish.contact);
  if (text === home.text) throw new StanzaError('not-allowed', { text: 'nobody is a contact of oneself' });
  const { shared } = await home.state();
  if (shared.has(text))
    throw new StanzaError('not-allowed', { text: 'the co-op has put this contact into the list' });
  await (wish.isRemoval ? remove(home, wish.contact) : put(home, text, wish));
  return null;
}

async function put(home: Home, contact: string, { name, groups }: Wish): Promise<void> {
  try {
    await inTurn(home, async () => {
      const state = await change(home, contact, () => ({ listed: true, name, groups }));
      push(home, state, contact);
    });
  } catch (error) {
    // RFC 6121 §2.3.3: names and groups that are too long, or too many of them.
    if (error instanceof StoreError && error.reason === 'too-large')
      throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
}

const nothing: ContactChange = {
  ...{ listed: false, name: '', groups: [], subscription: 'none' },
  ...{ ask: false, pendingIn: false, approved: false, request: null },
};

/** RFC 6121 §2.5.2: both are nothing to each other any more. */
async function remove(home: Home, to: Jid): Promise<void> {
  const { router } = home.chat;
  const contact = bareText(to);
  let before: Standing = strangers;
  await inTurn(home, async () => {
    const state = await change(home, contact, (known) => {
      if (!known?.listed) throw new StanzaError('item-not-found', { text: 'there is no such contact' });
      before = known;
      return nothing;
    });
    push(home, state, contact);
  });
  const say = (type: string) =>
    router.route(addressed(element('presence', clientNs, { type }), home.jid, to));
  if (hears(before) || before.ask) await say('unsubscribe');
  if (!isHeard(before) && !before.pendingIn) return;
  await say('unsubscribed');
  if (isHeard(before)) await untellContact(home, to);
}

/** The list of contacts (RFC 6121 §2), its versions (§2.6), and what is offered beside it. */
export const roster: Specification = {
  rfc: 'RFC 6121 §2',
  name: 'roster',
  offers: ({ state }) =>
    state === 'member' || state === 'bound'
      ? [element('ver', versionsNs), element('sub', preApprovalNs)]
      : [],
  iq: [
    { name: 'query', ns: rosterNs, type: 'get', at: 'account', who: 'owner', run: get },
    { name: 'query', ns: rosterNs, type: 'set', at: 'account', who: 'owner', run: set },
  ],
};

import { StoreError } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import { type Element, element, elementsOf, writeElement } from '../../formats/stanza/index.ts';
import { rosterLimits } from '../../stores/conversations/index.ts';
import { clientNs } from '../namespaces.ts';
import { tellContact, untellContact } from '../presence/telling.ts';
import type { Home } from '../routing/home.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { inTurn, settle } from './contacts.ts';
import { push } from './pushes.ts';
import { inbound, isHeard, outbound, type SubscriptionKind } from './subscription.ts';

const bareOf = (jid: Jid): Jid => ({ ...jid, resource: '' });

const presenceOf = (type: SubscriptionKind): Element => element('presence', clientNs, { type });

/** The account says something of its subscriptions to a contact (RFC 6121 §3). Throws StoreError. */
export async function say(home: Home, of: Element, kind: SubscriptionKind, to: Jid): Promise<void> {
  const contact = bareOf(to);
  const text = bareText(contact);
  // Who is one's own self needs no leave.
  if (text === home.text) return;
  let isRouted = false;
  const { state, before, after, isShown } = await inTurn(home, async () => {
    const settled = await settle(
      home,
      text,
      (standing) => {
        const step = outbound(standing, kind);
        ({ isRouted } = step);
        return step.next;
      },
      null,
    );
    if (settled.isShown) push(home, settled.state, text);
    return settled;
  });
  if (state.shared.has(text)) return;
  // RFC 6121 §3.1.2: from the bare address, whichever resource said it.
  if (isRouted) await home.chat.router.route(addressed(of, home.jid, contact));
  if (!isShown && before === after) return;
  if (isHeard(after) && !isHeard(before)) await tellContact(home, contact);
  if (isHeard(before) && !isHeard(after)) await untellContact(home, contact);
}

/** A contact says something of its subscriptions to the account (RFC 6121 §3). */
export async function hear(home: Home, stanza: Stanza, kind: SubscriptionKind): Promise<void> {
  const contact = bareOf(stanza.from);
  const text = bareText(contact);
  if (text === home.text) return;
  let step = { isDelivered: false, isAnswered: false };
  const request = kind === 'subscribe' ? requestText(stanza) : null;
  const settled = await inTurn(home, async () => {
    try {
      const made = await settle(
        home,
        text,
        (standing) => {
          const { next, ...rest } = inbound(standing, kind);
          step = rest;
          return next;
        },
        request,
      );
      if (step.isDelivered) deliver(home, stanza, kind, contact);
      if (made.isShown) push(home, made.state, text);
      return made;
    } catch (error) {
      // Whoever asks a member with too many who ask is not told of it, and may ask again.
      if (error instanceof StoreError && error.reason === 'limit') return null;
      throw error;
    }
  });
  if (settled === null) return;
  const { state, before, after } = settled;
  if (step.isAnswered || (kind === 'subscribe' && state.shared.has(text)))
    await home.chat.router.route(addressed(presenceOf('subscribed'), home.jid, contact));
  if (isHeard(after) && !isHeard(before)) await tellContact(home, contact);
  if (isHeard(before) && !isHeard(after)) await untellContact(home, contact);
}

/** RFC 6121 §3.1.3: to who is there; §3.1.6, §3.2.3, §3.3.3: to who has asked for the list. */
function deliver(home: Home, { element: of }: Stanza, kind: SubscriptionKind, from: Jid): void {
  const { element: said } = addressed(of, from, home.jid);
  for (const session of home.sessions.values())
    if (kind === 'subscribe' ? session.isAvailable : session.isInterested) session.deliver(said);
}

/** What is kept of who asks, to be said at each login: without what makes it too long. */
function requestText({ element: of, from, to }: Stanza): string {
  const { element: said } = addressed(of, bareOf(from), bareOf(to));
  const full = writeElement(said);
  if (Buffer.byteLength(full) <= rosterLimits.requestBytesMax) return full;
  const short = { ...said, children: [...elementsOf(said)].filter(({ name }) => name === 'nick') };
  const text = writeElement(short);
  return Buffer.byteLength(text) <= rosterLimits.requestBytesMax
    ? text
    : writeElement({ ...said, children: [] });
}

/** A contact asks, and has leave already: both hear each other (RFC 6121 §3.4, XEP-0379 §3.5). */
export async function welcome(home: Home, request: Stanza): Promise<void> {
  const { from } = request;
  await say(home, presenceOf('subscribed'), 'subscribed', from);
  await hear(home, request, 'subscribe');
  await say(home, presenceOf('subscribe'), 'subscribe', from);
}

/** Two accounts of ours hear each other, and nobody is asked. */
export async function befriend(one: Home, other: Home): Promise<void> {
  await say(one, presenceOf('subscribed'), 'subscribed', other.jid);
  await say(other, presenceOf('subscribed'), 'subscribed', one.jid);
  await say(other, presenceOf('subscribe'), 'subscribe', one.jid);
  await say(one, presenceOf('subscribe'), 'subscribe', other.jid);
}

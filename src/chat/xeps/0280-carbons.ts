import { bareText } from '../../formats/jid/index.ts';
import { childOf, type Element, element } from '../../formats/stanza/index.ts';
import { carbonsNs, chatStatesNs, forwardNs, hintsNs, keepingOf, mucUserNs } from '../archive/index.ts';
import { clientNs } from '../namespaces.ts';
import { type Delivery, type Sending, stamped } from '../routing/flow.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { IqHandler, Specification } from '../specification.ts';
import { type Stanza, withChildren } from '../stanza.ts';

const enabled = new WeakSet<Session>();
export const hasCarbons = (session: Session): boolean => enabled.has(session);

const isInvitation = (of: Element): boolean => childOf(of, 'invite', mucUserNs) !== undefined;

/**
 * XEP-0280 §6.1: of type chat, or of type normal with something in it that is said to a person; nothing between occupants
 * of rooms, and nothing whose sender does not want it (§8, XEP-0334 §4.3).
 */
export function isCopied(type: string, children: Element['children']): boolean {
  if (type === 'groupchat' || type === 'headline' || type === 'error') return false;
  let hasState = false;
  for (const child of children) {
    if (typeof child === 'string') continue;
    const { ns, name } = child;
    if (ns === carbonsNs) return false;
    if (ns === hintsNs && name === 'no-copy') return false;
    if (ns === mucUserNs && name === 'x' && !isInvitation(child)) return false;
    if (ns === chatStatesNs) hasState = true;
  }
  return type === 'chat' || hasState || keepingOf(type, withoutHints(children)) === 'archive';
}

/** Whether it is kept is another matter than whether it is for a person. */
const withoutHints = (children: Element['children']): Element['children'] =>
  children.filter((child) => typeof child === 'string' || child.ns !== hintsNs);

/** XEP-0280 §6.2, §7. */
function copyOf(direction: 'sent' | 'received', home: Home, session: Session, message: Element): Element {
  const forwarded = element('forwarded', forwardNs, {}, message);
  const copy = element(direction, carbonsNs, {}, forwarded);
  const { type } = message.attributes;
  return element('message', clientNs, { from: home.text, to: session.text, type }, copy);
}

const others = (home: Home, not: readonly Session[]): readonly Session[] => {
  let found: Session[] | null = null;
  for (const session of home.sessions.values()) {
    if (!enabled.has(session) || not.includes(session)) continue;
    found ??= [];
    found.push(session);
  }
  return found ?? nobody;
};
const nobody: readonly Session[] = [];

function copySent(sending: Sending): undefined {
  const { session, stanza, flow } = sending;
  const { home } = session;
  // What is for the same account is copied when it is known who gets it anyway.
  if (home.sessions.size < 2 || bareText(stanza.to) === home.text) return;
  const copied = others(home, [session]);
  if (copied.length === 0 || !isCopied(stanza.type, stanza.element.children)) return;
  flow.after(() => {
    const message = stamped(sending);
    for (const other of copied) other.deliver(copyOf('sent', home, other, message));
  });
}

function copyReceived(delivery: Delivery): void {
  const { home, stanza, flow, targets } = delivery;
  const privately = childOf(stanza.element, 'private', carbonsNs);
  const isOwn = bareText(stanza.from) === home.text;
  const sender = isOwn ? home.sessions.get(stanza.from.resource) : undefined;
  const copied = others(home, sender === undefined ? targets : [...targets, sender]);
  const mayCopy = copied.length > 0 && isCopied(stanza.type, stanza.element.children);
  // §8: the mark has done its work.
  if (privately !== undefined) delivery.stanza = without(stanza, privately);
  if (!mayCopy) return;
  flow.after(() => {
    const message = stamped(delivery);
    for (const other of copied) other.deliver(copyOf(isOwn ? 'sent' : 'received', home, other, message));
  });
}

const without = (stanza: Stanza, gone: Element): Stanza =>
  withChildren(
    stanza,
    stanza.element.children.filter((child) => child !== gone),
  );

const handler = (name: 'enable' | 'disable', at: IqHandler['at']): IqHandler => ({
  name,
  ns: carbonsNs,
  type: 'set',
  at,
  who: at === 'account' ? 'owner' : 'members',
  run({ session }) {
    if (session === null) return null;
    if (name === 'enable') enabled.add(session);
    else enabled.delete(session);
    return null;
  },
});

/** Message Carbons: all clients of an account hear both sides of its conversations. */
export const carbons: Specification = {
  xep: '0280',
  name: 'Message Carbons',
  version: '1.0.1',
  features: { server: [carbonsNs, 'urn:xmpp:carbons:rules:0'], account: [carbonsNs] },
  iq: [
    handler('enable', 'account'),
    handler('disable', 'account'),
    handler('enable', 'server'),
    handler('disable', 'server'),
  ],
  message: [
    { phase: 'send', run: copySent },
    { phase: 'select', run: copyReceived },
  ],
  bind: [
    {
      feature: carbonsNs,
      bound(session, asked) {
        if (childOf(asked, 'enable', carbonsNs) !== undefined) enabled.add(session);
        return null;
      },
    },
  ],
};

/** How an account and a contact stand to each other (RFC 6121 appendix A.1). */
export interface Standing {
  /** `to`: the account hears of the contact's presence; `from`: the contact of the account's. */
  readonly subscription: 'none' | 'to' | 'from' | 'both';
  /** The account has asked and has no answer: "pending out". */
  readonly ask: boolean;
  /** The contact has asked and has no answer: "pending in". */
  readonly pendingIn: boolean;
  /** The account has agreed before it was asked (§3.4). */
  readonly approved: boolean;
}

export type SubscriptionKind = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

const kinds: ReadonlySet<string> = new Set<SubscriptionKind>([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
]);

export const isSubscriptionKind = (type: string): type is SubscriptionKind => kinds.has(type);

/** The standing with somebody who is nothing to us. */
export const strangers: Standing = { subscription: 'none', ask: false, pendingIn: false, approved: false };

export const hears = ({ subscription }: Pick<Standing, 'subscription'>): boolean =>
  subscription === 'to' || subscription === 'both';

export const isHeard = ({ subscription }: Pick<Standing, 'subscription'>): boolean =>
  subscription === 'from' || subscription === 'both';

export interface OutboundStep {
  readonly next: Standing;
  /** The stanza goes to the contact. */
  readonly isRouted: boolean;
}

export interface InboundStep {
  readonly next: Standing;
  /** The account's clients are told. */
  readonly isDelivered: boolean;
  /** The contact is answered with `subscribed` at once (§3.1.3, §3.4.2). */
  readonly isAnswered: boolean;
}

const subscriptionOf = (to: boolean, from: boolean): Standing['subscription'] =>
  to ? (from ? 'both' : 'to') : from ? 'from' : 'none';

interface Change {
  readonly to?: boolean;
  readonly from?: boolean;
  readonly ask?: boolean;
  readonly pendingIn?: boolean;
  readonly approved?: boolean;
}

/** The same object where nothing changes. */
function changed(standing: Standing, change: Change): Standing {
  const { to = hears(standing), from = isHeard(standing) } = change;
  const { ask = standing.ask, pendingIn = standing.pendingIn, approved = standing.approved } = change;
  const next = { subscription: subscriptionOf(to, from), ask, pendingIn, approved };
  const isSame =
    next.subscription === standing.subscription &&
    ask === standing.ask &&
    pendingIn === standing.pendingIn &&
    approved === standing.approved;
  return isSame ? standing : next;
}

/** What the account says to the contact (RFC 6121 appendix A.2). */
export function outbound(standing: Standing, kind: SubscriptionKind): OutboundStep {
  switch (kind) {
    // A.2.1
    case 'subscribe':
      return { next: hears(standing) ? standing : changed(standing, { ask: true }), isRouted: true };
    // A.2.2
    case 'unsubscribe':
      return { next: changed(standing, { to: false, ask: false }), isRouted: true };
    // A.2.3; who was not asked agrees beforehand (§3.4).
    case 'subscribed':
      if (standing.pendingIn)
        return { next: changed(standing, { from: true, pendingIn: false }), isRouted: true };
      return { next: isHeard(standing) ? standing : changed(standing, { approved: true }), isRouted: false };
    // A.2.4; what was agreed beforehand is taken back (§3.2).
    case 'unsubscribed':
      return {
        next: changed(standing, { from: false, pendingIn: false, approved: false }),
        isRouted: isHeard(standing) || standing.pendingIn,
      };
  }
}

/** What the contact says to the account (RFC 6121 appendix A.3). */
export function inbound(standing: Standing, kind: SubscriptionKind): InboundStep {
  const said = (next: Standing): InboundStep => ({
    next,
    isDelivered: next !== standing,
    isAnswered: false,
  });
  switch (kind) {
    // A.3.1
    case 'subscribe':
      if (isHeard(standing)) return { next: standing, isDelivered: false, isAnswered: true };
      if (standing.approved) {
        const next = changed(standing, { from: true, pendingIn: false });
        return { next, isDelivered: false, isAnswered: true };
      }
      return said(changed(standing, { pendingIn: true }));
    // A.3.2
    case 'unsubscribe':
      return said(changed(standing, { from: false, pendingIn: false }));
    // A.3.3
    case 'subscribed':
      return said(standing.ask ? changed(standing, { to: true, ask: false }) : standing);
    // A.3.4
    case 'unsubscribed':
      return said(changed(standing, { to: false, ask: false }));
  }
}

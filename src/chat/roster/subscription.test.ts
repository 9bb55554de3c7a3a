import { describe, expect, test } from 'vitest';
import {
  inbound,
  isSubscriptionKind,
  outbound,
  type Standing,
  type SubscriptionKind,
  strangers,
} from './subscription.ts';

/** The nine states of RFC 6121 appendix A.1, by the names that it gives them. */
const states = {
  None: { subscription: 'none', ask: false, pendingIn: false },
  'None + Pending Out': { subscription: 'none', ask: true, pendingIn: false },
  'None + Pending In': { subscription: 'none', ask: false, pendingIn: true },
  'None + Pending Out+In': { subscription: 'none', ask: true, pendingIn: true },
  To: { subscription: 'to', ask: false, pendingIn: false },
  'To + Pending In': { subscription: 'to', ask: false, pendingIn: true },
  From: { subscription: 'from', ask: false, pendingIn: false },
  'From + Pending Out': { subscription: 'from', ask: true, pendingIn: false },
  Both: { subscription: 'both', ask: false, pendingIn: false },
} as const;
type State = keyof typeof states;

const standing = (state: State, approved = false): Standing => ({ ...states[state], approved });

function nameOf({ subscription, ask, pendingIn }: Standing): string {
  const found = Object.entries(states).find(
    ([, each]) => each.subscription === subscription && each.ask === ask && each.pendingIn === pendingIn,
  );
  return found?.[0] ?? `a state that there is not: ${subscription} ${ask} ${pendingIn}`;
}

/** `+`: goes on to the other side; `-`: does not. Then the new state, `=` for no change. */
type Row = Readonly<Record<SubscriptionKind, string>>;

const outwards: Readonly<Record<State, Row>> = {
  None: { subscribe: '+ None + Pending Out', unsubscribe: '+ =', subscribed: '- =', unsubscribed: '- =' },
  'None + Pending Out': {
    subscribe: '+ =',
    unsubscribe: '+ None',
    subscribed: '- =',
    unsubscribed: '- =',
  },
  'None + Pending In': {
    subscribe: '+ None + Pending Out+In',
    unsubscribe: '+ =',
    subscribed: '+ From',
    unsubscribed: '+ None',
  },
  'None + Pending Out+In': {
    subscribe: '+ =',
    unsubscribe: '+ None + Pending In',
    subscribed: '+ From + Pending Out',
    unsubscribed: '+ None + Pending Out',
  },
  To: { subscribe: '+ =', unsubscribe: '+ None', subscribed: '- =', unsubscribed: '- =' },
  'To + Pending In': {
    subscribe: '+ =',
    unsubscribe: '+ None + Pending In',
    subscribed: '+ Both',
    unsubscribed: '+ To',
  },
  From: { subscribe: '+ From + Pending Out', unsubscribe: '+ =', subscribed: '- =', unsubscribed: '+ None' },
  'From + Pending Out': {
    subscribe: '+ =',
    unsubscribe: '+ From',
    subscribed: '- =',
    unsubscribed: '+ None + Pending Out',
  },
  Both: { subscribe: '+ =', unsubscribe: '+ From', subscribed: '- =', unsubscribed: '+ To' },
};

const inwards: Readonly<Record<State, Row>> = {
  None: { subscribe: '+ None + Pending In', unsubscribe: '- =', subscribed: '- =', unsubscribed: '- =' },
  'None + Pending Out': {
    subscribe: '+ None + Pending Out+In',
    unsubscribe: '- =',
    subscribed: '+ To',
    unsubscribed: '+ None',
  },
  'None + Pending In': {
    subscribe: '- =',
    unsubscribe: '+ None',
    subscribed: '- =',
    unsubscribed: '- =',
  },
  'None + Pending Out+In': {
    subscribe: '- =',
    unsubscribe: '+ None + Pending Out',
    subscribed: '+ To + Pending In',
    unsubscribed: '+ None + Pending In',
  },
  To: { subscribe: '+ To + Pending In', unsubscribe: '- =', subscribed: '- =', unsubscribed: '+ None' },
  'To + Pending In': {
    subscribe: '- =',
    unsubscribe: '+ To',
    subscribed: '- =',
    unsubscribed: '+ None + Pending In',
  },
  From: { subscribe: '- =', unsubscribe: '+ None', subscribed: '- =', unsubscribed: '- =' },
  'From + Pending Out': {
    subscribe: '- =',
    unsubscribe: '+ None + Pending Out',
    subscribed: '+ Both',
    unsubscribed: '+ From',
  },
  Both: { subscribe: '- =', unsubscribe: '+ To', subscribed: '- =', unsubscribed: '+ From' },
};

const names = Object.keys(states) as State[];
const allKinds: readonly SubscriptionKind[] = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'];
const shown = (before: State, next: Standing, goesOn: boolean) =>
  `${goesOn ? '+' : '-'} ${nameOf(next) === before ? '=' : nameOf(next)}`;

describe('RFC 6121 appendix A', () => {
  test('A.2: what an account says', () => {
    for (const state of names) {
      const row = Object.fromEntries(
        allKinds.map((kind) => {
          const { next, isRouted } = outbound(standing(state), kind);
          return [kind, shown(state, next, isRouted)];
        }),
      );
      expect(row, state).toEqual(outwards[state]);
    }
  });

  test('A.3: what an account is told', () => {
    for (const state of names) {
      const row = Object.fromEntries(
        allKinds.map((kind) => {
          const { next, isDelivered } = inbound(standing(state), kind);
          return [kind, shown(state, next, isDelivered)];
        }),
      );
      expect(row, state).toEqual(inwards[state]);
    }
  });

  test('§3.1.3: who is subscribed already is answered at once, nobody else is', () => {
    const answered = names.filter((state) => inbound(standing(state), 'subscribe').isAnswered);
    expect(answered).toEqual(['From', 'From + Pending Out', 'Both']);
    for (const kind of ['unsubscribe', 'subscribed', 'unsubscribed'] as const)
      expect(names.some((state) => inbound(standing(state), kind).isAnswered)).toBe(false);
  });

  test('§3.4: what is agreed beforehand is remembered, answers by itself and is taken back', () => {
    for (const state of names) {
      const { next, isRouted } = outbound(standing(state), 'subscribed');
      const isEarly = !state.includes('In') && !state.startsWith('From') && state !== 'Both';
      expect([next.approved, isRouted], state).toEqual([isEarly, state.includes('In')]);
    }
    const asked = inbound(standing('To', true), 'subscribe');
    expect([nameOf(asked.next), asked.isDelivered, asked.isAnswered]).toEqual(['Both', false, true]);
    const pending = inbound(standing('None + Pending Out', true), 'subscribe');
    expect([nameOf(pending.next), pending.isAnswered]).toEqual(['From + Pending Out', true]);
    expect(outbound(standing('None', true), 'unsubscribed')).toEqual({ next: strangers, isRouted: false });
  });

  test('no way leads out of the nine states', () => {
    for (const state of names)
      for (const approved of [false, true])
        for (const kind of allKinds) {
          const after = [outbound, inbound].map((step) => nameOf(step(standing(state, approved), kind).next));
          for (const name of after) expect(names).toContain(name);
        }
  });

  test('what is no subscription', () => {
    expect(['', 'probe', 'unavailable', 'error', 'Subscribe'].some(isSubscriptionKind)).toBe(false);
    expect(allKinds.every(isSubscriptionKind)).toBe(true);
  });
});

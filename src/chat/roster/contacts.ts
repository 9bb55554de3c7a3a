import { StoreError } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Contact, ContactChange } from '../../stores/conversations/index.ts';
import type { Home } from '../routing/home.ts';
import { requestsMax } from './limits.ts';
import type { HomeState } from './state.ts';
import { isHeard, type Standing, strangers } from './subscription.ts';

/** How the account stands to a bare address. */
export function standingOf(state: HomeState, contact: string): Standing {
  const own: Standing = state.contacts.get(contact) ?? strangers;
  if (!state.shared.has(contact)) return own;
  return { subscription: 'both', ask: false, pendingIn: false, approved: own.approved };
}

/** All contacts, as bare addresses, who stand so. */
export function* contactsWhere(state: HomeState, which: (standing: Standing) => boolean): Generator<string> {
  for (const contact of state.contacts.keys())
    if (!state.shared.has(contact) && which(standingOf(state, contact))) yield contact;
  for (const contact of state.shared.keys()) if (which(standingOf(state, contact))) yield contact;
}

/** Whether `from` may know that the account is there (RFC 6121 §4.3.2): contacts who are heard of it, and its own resources. */
export const mayHear = (home: Home, state: HomeState, from: Jid): boolean =>
  bareText(from) === home.text || isHeard(standingOf(state, bareText(from)));

const turns = new WeakMap<Home, Promise<unknown>>();

/** Changes of what an account has are made one after the other, each on what the one before has left. */
export function inTurn<T>(home: Home, act: () => Promise<T>): Promise<T> {
  const turn = (turns.get(home) ?? Promise.resolve()).then(act);
  turns.set(
    home,
    turn.catch(() => undefined),
  );
  return turn;
}

const retriesMax = 3;

/**
 * Changes a contact as `decide` says, durably; null: there is nothing to change. To be called `inTurn`. Throws StoreError
 * 'limit', 'too-large'.
 */
export async function change(
  home: Home,
  contact: string,
  decide: (known: Contact | undefined, state: HomeState) => ContactChange | null,
): Promise<HomeState> {
  for (let attempt = 1; ; attempt++) {
    const state = await home.state();
    const known = state.contacts.get(contact);
    const wanted = decide(known, state);
    if (wanted === null) return state;
    try {
      const changed = await home.chat.store.roster.change(home.account, contact, known?.ver ?? 0, wanted);
      // Strangers who ask and take it back leave nothing behind.
      if (changed.ver === 0) state.contacts.delete(contact);
      else state.contacts.set(contact, changed);
      state.ver = Math.max(state.ver, changed.ver);
      return state;
    } catch (error) {
      // Somebody else wrote: what we know is old.
      if (!(error instanceof StoreError && error.reason === 'conflict') || attempt === retriesMax)
        throw error;
      home.changed();
    }
  }
}

export interface Settled {
  readonly state: HomeState;
  readonly before: Standing;
  readonly after: Standing;
  /** What clients see of the contact is another thing now. */
  readonly isShown: boolean;
}

/**
 * Brings the standing with a contact from what it is to what `next` makes of it. `request`: the stanza with which the contact
 * asks, kept where it waits for an answer from now on. As `change`.
 */
export async function settle(
  home: Home,
  contact: string,
  next: (standing: Standing) => Standing,
  request: string | null,
): Promise<Settled> {
  let before = strangers;
  let after = strangers;
  let isShown = false;
  const state = await change(home, contact, (known, now) => {
    before = standingOf(now, contact);
    after = now.shared.has(contact) ? before : next(before);
    if (after === before) return null;
    const { subscription, ask, approved, pendingIn } = after;
    if (pendingIn && !before.pendingIn) demandRoom(now);
    // RFC 6121 §3.1.3: who only waits for an answer stands in no list.
    const listed = known?.listed === true || subscription !== 'none' || ask || approved;
    isShown = listed && isOtherwise(before, after);
    const asked = pendingIn ? (known?.request ?? request) : null;
    return { subscription, ask, approved, pendingIn, listed, request: asked };
  });
  return { state, before, after, isShown: isShown && after !== before };
}

/** Strangers who ask leave room for those whom the member asks. */
function demandRoom({ contacts }: HomeState): void {
  let requests = 0;
  for (const { pendingIn } of contacts.values()) if (pendingIn) requests++;
  if (requests >= requestsMax)
    throw new StoreError('limit', `at most ${requestsMax} requests wait for an answer`);
}

/** A request that waits is nothing that a list shows. */
const isOtherwise = (before: Standing, after: Standing): boolean =>
  before.subscription !== after.subscription ||
  before.ask !== after.ask ||
  before.approved !== after.approved;

import { FormatError, randomToken } from '../../base/index.ts';
import { type Jid, jidText, parseJid } from '../../formats/jid/index.ts';
import { childrenOf, type Element, element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { hideFrom, showAgain } from '../presence/index.ts';
import { blockingNs, type HomeState, inTurn, isBlocked } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { IqHandler, IqRequest, Specification, Step } from '../specification.ts';
import type { Stanza } from '../stanza.ts';
import { reportBlocked } from './0377-reports.ts';

const errorsNs = 'urn:xmpp:blocking:errors';
const idBits = 60;

/** Who has asked for the list hears of what changes in it (§3.3). */
const interested = new WeakSet<Session>();

const itemsElement = (name: string, jids: Iterable<string>): Element =>
  element(name, blockingNs, {}, ...[...jids].map((jid) => element('item', blockingNs, { jid })));

function push(home: Home, name: 'block' | 'unblock', jids: readonly string[]): void {
  const payload = itemsElement(name, jids);
  for (const session of home.sessions.values()) {
    if (!interested.has(session)) continue;
    const id = `blocking-${randomToken(idBits)}`;
    session.deliver(element('iq', clientNs, { type: 'set', id, to: session.text }, payload));
  }
}

/** The addresses that are named, prepared. Throws StanzaError. */
function namedIn(payload: Element): readonly Jid[] {
  return childrenOf(payload, 'item').map(({ attributes: { jid = '' } }) => {
    try {
      return parseJid(jid);
    } catch (error) {
      if (error instanceof FormatError) throw new StanzaError('jid-malformed', { text: error.message });
      throw error;
    }
  });
}

async function list({ home, session }: IqRequest): Promise<Element> {
  if (session !== null) interested.add(session);
  const state = await home?.state();
  return itemsElement('blocklist', state?.blocked ?? []);
}

/** §3.3: kept first, then nobody who is blocked sees the account any more; then what is reported is told (XEP-0377). */
async function block({ home, payload }: IqRequest): Promise<null> {
  if (home === null) return null;
  const named = namedIn(payload);
  if (named.length === 0) throw new StanzaError('bad-request', { text: 'nobody is named' });
  await inTurn(home, async () => {
    const state = await home.state();
    const before = new Set(state.blocked);
    const jids = named.map(jidText);
    await home.chat.store.roster.block(home.account, { add: jids });
    for (const jid of jids) state.blocked.add(jid);
    push(home, 'block', jids);
    const fresh = new Set(jids.filter((jid) => !before.has(jid)));
    await hideFrom(home, state, (jid) => isBlocked(fresh, jid) && !isBlocked(before, jid));
  });
  await reportBlocked(home, childrenOf(payload, 'item'));
  return null;
}

/** §3.4, §3.5. What contacts answer may be for the account itself: they are asked when its turn is over. */
async function unblock({ home, payload }: IqRequest): Promise<null> {
  if (home === null) return null;
  const named = namedIn(payload).map(jidText);
  const { state, before } = await inTurn(home, async () => {
    const state = await home.state();
    const before = new Set(state.blocked);
    const remove = named.length === 0 ? ('all' as const) : named;
    await home.chat.store.roster.block(home.account, { remove });
    if (named.length === 0) state.blocked.clear();
    else for (const jid of named) state.blocked.delete(jid);
    push(home, 'unblock', named);
    return { state, before };
  });
  await showAgain(home, state, (jid) => isBlocked(before, jid) && !isBlocked(state.blocked, jid));
  return null;
}

/** One's own account and server are never strangers, whatever is blocked: nobody could undo it. */
const isOwn = (home: Home, { local, domain }: Jid): boolean =>
  local === '' ? domain === home.jid.domain : local === home.jid.local && domain === home.jid.domain;

/** Does `act` where somebody is blocked at all; without a promise wherever the account is known already. */
function whereBlocked<T>(
  home: Home,
  other: Jid,
  act: (state: HomeState) => T | undefined,
): Promise<T | undefined> | T | undefined {
  const state = home.state();
  if (state instanceof Promise) return state.then((loaded) => judged(home, loaded, other, act));
  return judged(home, state, other, act);
}

const judged = <T>(
  home: Home,
  state: HomeState,
  other: Jid,
  act: (state: HomeState) => T | undefined,
): T | undefined =>
  state.blocked.size > 0 && !isOwn(home, other) && isBlocked(state.blocked, other) ? act(state) : undefined;

/** §3.3: what the member would send itself. */
function refuse(): never {
  throw new StanzaError('not-acceptable', {
    type: 'cancel',
    extra: element('blocked', errorsNs),
  });
}

/** §3.3: to who is blocked the account looks as if it were not there. */
function drop({ kind, type }: Stanza): Step {
  if (kind === 'message' || (kind === 'iq' && (type === 'get' || type === 'set')))
    throw new StanzaError('service-unavailable');
  return 'done';
}

const handler = (name: string, type: 'get' | 'set', run: IqHandler['run']): IqHandler => ({
  name,
  ns: blockingNs,
  type,
  at: 'account',
  who: 'owner',
  run,
});

/** Whom a member wants to hear nothing of, and to be seen by never. */
export const blocking: Specification = {
  xep: '0191',
  name: 'Blocking Command',
  version: '1.3',
  features: { server: [blockingNs], account: [blockingNs] },
  iq: [handler('blocklist', 'get', list), handler('block', 'set', block), handler('unblock', 'set', unblock)],
  guard: {
    leaving: ({ home }, { to }) => whereBlocked<void>(home, to, refuse),
    arriving: (home, stanza) => whereBlocked<Step>(home, stanza.from, () => drop(stanza)),
  },
};

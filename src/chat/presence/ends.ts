import { bareText, parseJid } from '../../formats/jid/index.ts';
import { childOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { isBlocked } from '../roster/blocked.ts';
import { contactsWhere } from '../roster/contacts.ts';
import type { HomeState } from '../roster/state.ts';
import { isHeard } from '../roster/subscription.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { statusCharactersMax } from './limits.ts';
import { forgetResources } from './resources.ts';
import { behind, inSteps } from './rounds.ts';
import { availableOf, unavailable } from './telling.ts';
import { toldBy } from './told.ts';

/** The account's own resources hear of each other (RFC 6121 §4.2.2, §4.4.2, §4.5.2). */
export async function tellOwn(home: Home, said: Stanza): Promise<void> {
  for (const session of availableOf(home)) session.deliver(said.element);
  for (const hook of home.chat.features.presenceReceived) await hook(home, said);
}

/** Never rejects. */
export async function tellContacts(
  session: Session,
  of: Element,
  contacts: readonly string[],
): Promise<void> {
  const { home, chat, jid } = session;
  const { blocked } = await home.state();
  await inSteps(contacts, async (contact) => {
    const to = parseJid(contact);
    if (!isBlocked(blocked, to)) await chat.router.route(addressed(of, jid, to));
  });
}

/** RFC 6121 §4.5: a resource says that it is no more there; whoever was told that it was hears of it. */
export async function gone(session: Session, of: Element): Promise<void> {
  const { home, chat } = session;
  const told = toldBy(session);
  await told.last;
  const state = await home.state();
  const wasAvailable = session.isAvailable;
  session.presence = null;
  session.priority = 0;
  if (wasAvailable) {
    if (availableOf(home).length === 0) noteLast(home, state, textOf(childOf(of, 'status')));
    const said = addressed(of, session.jid, home.jid);
    await tellOwn(home, said);
    // §4.5.2: it hears of itself as well.
    if (!session.isClosed) session.deliver(said.element);
    for (const hook of chat.features.presenceSent) await hook(session, false);
  }
  told.last = behind(chat, tellEnd(session, of, state, wasAvailable));
  await told.last;
}

/** When the account was last there (XEP-0012). Nobody waits until that is written. */
function noteLast(home: Home, state: HomeState, status: string): void {
  const { chat, account } = home;
  const last = { atMs: chat.clock.nowMs(), status: status.slice(0, statusCharactersMax) };
  state.last = last;
  const write = async () => {
    // Of who is deleted nothing is written any more.
    if ((await chat.accounts.member(account)) !== null) await chat.store.roster.setLast(account, last);
  };
  void behind(chat, write());
}

async function tellEnd(
  session: Session,
  of: Element,
  state: HomeState,
  wasAvailable: boolean,
): Promise<void> {
  const { home, chat, jid } = session;
  const byName = toldBy(session).directed.take();
  const contacts = wasAvailable ? [...contactsWhere(state, isHeard)] : [];
  const told = new Set(contacts);
  await inSteps(byName, async (to) => {
    if (to.resource === '' && told.has(bareText(to))) return;
    await chat.router.route(addressed(of, jid, to));
  });
  await tellContacts(session, of, contacts);
  if (home.sessions.size === 0) forgetResources(home);
}

/** RFC 6121 §4.5.2: a session has ended without a word. */
export function closed(session: Session): void {
  void behind(session.chat, gone(session, unavailable));
}

/**
 * An account is about to be no more: contacts who hear of it, are heard by it or wait for an answer are told that there is
 * nothing between them any longer. To be called while its contacts are still kept; its sessions are over.
 */
export async function farewell(chat: Chat, home: Home): Promise<void> {
  const state = await home.state();
  const say = (type: string, contact: string) =>
    chat.router.route(addressed({ ...unavailable, attributes: { type } }, home.jid, parseJid(contact)));
  await inSteps([...state.contacts.values()], async ({ contact, subscription, ask, pendingIn }) => {
    if (ask || subscription === 'to' || subscription === 'both') await say('unsubscribe', contact);
    if (pendingIn || isHeard({ subscription })) await say('unsubscribed', contact);
  });
}

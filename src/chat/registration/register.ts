import { type Member, remoteKey } from '../../accounts/index.ts';
import { FormatError, Recent, StoreError } from '../../base/index.ts';
import { prepareLocal } from '../../formats/jid/index.ts';
import type { ChatInvite } from '../../stores/conversations/index.ts';
import { lookAgain, parting } from '../auth/standing.ts';
import { StanzaError } from '../errors.ts';
import { registrationsPerAddressMax, registrationsSeenMax, registrationsWindowMsMax } from '../limits.ts';
import { befriend } from '../roster/index.ts';
import type { Session } from '../routing/session.ts';
import type { Chat, Registrar } from '../services.ts';
import type { ClientStream } from '../stream/client-stream.ts';

/** An invitation that a stranger has shown (XEP-0445 §4). */
export interface Shown {
  readonly token: string;
  readonly invite: ChatInvite;
}

const shown = new WeakMap<ClientStream, Shown>();

export const invitationOf = (stream: ClientStream): Shown | null => shown.get(stream) ?? null;

/** Whether strangers on this stream may ask for an account at all; nothing is said in clear. */
export function mayRegister({ chat, mayTakePasswords, state }: ClientStream): boolean {
  const isOpen = chat.registrar !== null && chat.settings().registration !== 'closed';
  return isOpen && mayTakePasswords && state === 'stranger';
}

/** XEP-0445 §4: the token is looked at, and not used. Throws StanzaError. */
export async function showInvitation(stream: ClientStream, token: string): Promise<void> {
  const invite = token === '' ? null : await stream.chat.store.registrations.invites.peek(token);
  // Who may have an account by it: of members' invitations, those that anybody may come by.
  const isGood = invite?.kind === 'account' || stream.chat.settings().registration === 'open';
  if (invite === null || !isGood)
    throw new StanzaError('item-not-found', { text: 'the invitation is unknown, was used, or has expired' });
  shown.set(stream, { token, invite });
}

/** Throws StanzaError where this stranger may not have an account. */
export function demandRegistrar(stream: ClientStream): Registrar {
  const { chat } = stream;
  const { registration } = chat.settings();
  if (chat.registrar === null || !mayRegister(stream)) throw new StanzaError('service-unavailable');
  if (registration === 'invite' && invitationOf(stream)?.invite.kind !== 'account')
    throw new StanzaError('not-allowed', { text: 'accounts are made by invitation here' });
  return chat.registrar;
}

/** Makes the account; answers its number. Throws StanzaError. */
export async function register(stream: ClientStream, username: string, password: string): Promise<number> {
  const registrar = demandRegistrar(stream);
  const { chat } = stream;
  const local = localOf(username);
  const invitation = invitationOf(stream);
  if (invitation !== null && invitation.invite.local !== '' && invitation.invite.local !== local)
    throw new StanzaError('not-acceptable', { text: `the invitation is for ${invitation.invite.local}` });
  if (invitation === null) demandPatience(chat, stream.remote);
  const { invites } = chat.store.registrations;
  if (invitation !== null) await invites.take(invitation.token, invitation.invite.kind);
  const member = await made(registrar, `${local}@${chat.domain}`, password, async () => {
    if (invitation !== null) await invites.giveBack(invitation.token);
  });
  shown.delete(stream);
  if (invitation?.invite.kind === 'contact') await introduce(chat, member, invitation.invite.creator);
  return member.id;
}

/** `notMade`: there is no account. Throws StanzaError, StoreError. */
async function made(
  registrar: Registrar,
  address: string,
  password: string,
  notMade: () => Promise<void>,
): Promise<Member> {
  try {
    return await registrar.addMember(address, { password });
  } catch (error) {
    // XEP-0445 §4: it is used when there is an account, and not before.
    await notMade();
    if (error instanceof StoreError && error.reason === 'invalid')
      throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
}

/** XEP-0401 §4.3: who has come by a member's invitation is the member's contact. Never rejects: the account is there. */
async function introduce(chat: Chat, member: Member, creator: number): Promise<void> {
  try {
    const inviter = await chat.accounts.member(creator);
    if (inviter === null || inviter.disabled) return;
    await befriend(chat.homes.of(inviter), chat.homes.of(member));
  } catch (error) {
    chat.log.warn('a new member was not introduced', { error });
  }
}

function localOf(username: string): string {
  try {
    return prepareLocal(username);
  } catch (error) {
    if (error instanceof FormatError) throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
}

interface Seen {
  readonly sinceMs: number;
  readonly count: number;
}
const seen = new WeakMap<Chat, Recent<string, Seen>>();

/** Where anybody may come, nobody makes accounts by the hundred (XEP-0077 §11). */
function demandPatience(chat: Chat, remote: string): void {
  const all = seen.get(chat) ?? new Recent<string, Seen>(registrationsSeenMax);
  seen.set(chat, all);
  const now = chat.clock.monotonicMs();
  const place = remoteKey(remote);
  const before = all.get(place);
  const isFresh = before === undefined || now - before.sinceMs >= registrationsWindowMsMax;
  const { sinceMs, count } = isFresh ? { sinceMs: now, count: 0 } : before;
  if (count >= (chat.settings().registrationsPerHour ?? registrationsPerAddressMax))
    throw new StanzaError('resource-constraint', {
      text: 'too many accounts were made from your address: wait a while',
    });
  all.set(place, { sinceMs, count: count + 1 });
}

/** A member's own password (XEP-0077 §3.3). Throws StanzaError, StoreError. */
export async function changePassword(session: Session, username: string, password: string): Promise<void> {
  const { chat, member } = session;
  if (chat.registrar === null) throw new StanzaError('service-unavailable');
  if (username !== session.home.jid.local)
    throw new StanzaError('not-allowed', { text: 'that is not the name of your account' });
  await demandOwnPassword(session, chat.registrar, 'sign in with your password to change it');
  const { root } = session;
  // Sessions end with the password that they came by, but not the one that changes it.
  session.root = '';
  try {
    session.root = String(await chat.registrar.setPassword(member.id, password));
    session.credential = session.root;
    // Somebody else may have changed it once more, while nobody looked at this session.
    session.member = member;
    lookAgain(session);
  } catch (error) {
    session.root = root;
    if (error instanceof StoreError && error.reason === 'invalid')
      throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
}

/** Who has found a device neither takes the account over with it nor ends it. Throws StanzaError. */
async function demandOwnPassword(
  { member, credential }: Session,
  registrar: Registrar,
  text: string,
): Promise<void> {
  const own = (await registrar.credentials(member.id)).find(({ kind }) => kind === 'password');
  if (own === undefined || String(own.id) !== credential) throw new StanzaError('not-authorized', { text });
}

/** XEP-0077 §3.2: an account is given up. A membership of the co-op is not ended so. Throws StanzaError, StoreError. */
export async function removeAccount(session: Session): Promise<void> {
  const { chat, member } = session;
  if (chat.registrar === null) throw new StanzaError('service-unavailable');
  if (chat.settings().registration !== 'open')
    throw new StanzaError('not-allowed', {
      text: 'a membership ends by the rules of the co-op: ask its office',
    });
  await demandOwnPassword(session, chat.registrar, 'sign in with your password to give the account up');
  parting.add(session);
  try {
    await chat.registrar.deleteMember(member.id);
  } catch (error) {
    parting.delete(session);
    throw error;
  }
}

import { StanzaError } from '../errors.ts';
import { inviteDaysMax } from '../limits.ts';
import type { Home } from '../routing/home.ts';
import type { Chat, ChatSettings } from '../services.ts';

const dayMs = 24 * 3_600_000;

/** What is passed on to who is invited (XEP-0401 §4.1). */
export interface Invitation {
  /** `xmpp:…?roster;preauth=…` or `xmpp:…?register;preauth=…`. */
  readonly uri: string;
  /** The page that shows the same to people. */
  readonly page: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** RFC 5122 §2.2: what stands in the path of an `xmpp:` URI. */
const pathOf = (address: string): string => encodeURIComponent(address).replaceAll('%40', '@');

/**
 * The URI of an invitation. Who is invited by a member may make an account as well where anybody may; the token then
 * brings the two together.
 */
export function invitationUri(
  { domain, settings }: { readonly domain: string; settings(): Pick<ChatSettings, 'registration'> },
  token: string,
  invite: { readonly kind: 'account' | 'contact'; readonly local: string; readonly from: string },
): string {
  if (invite.kind === 'contact') {
    const mayRegister = settings().registration === 'open' ? ';ibr=y' : '';
    return `xmpp:${pathOf(invite.from)}?roster;preauth=${token}${mayRegister}`;
  }
  const address = invite.local === '' ? domain : `${invite.local}@${domain}`;
  return `xmpp:${pathOf(address)}?register;preauth=${token}`;
}

/** A member invites somebody to be a contact (XEP-0379, XEP-0401 §4.1). Throws StoreError 'limit'. */
export async function inviteContact(home: Home): Promise<Invitation> {
  const { chat } = home;
  return make(chat, { kind: 'contact', creator: home.account, local: '', from: home.text, uses: 1 });
}

/**
 * An administrator invites somebody to have an account, by the name that is given or by one of their own (XEP-0401 §4.4).
 * Throws StanzaError `not-allowed` where nobody is let in, StoreError 'limit'.
 */
export async function inviteAccount(home: Home, local: string): Promise<Invitation> {
  const { chat } = home;
  if (chat.settings().registration === 'closed' || chat.registrar === null)
    throw new StanzaError('not-allowed', { text: 'no accounts are made by way of chat here' });
  return make(chat, { kind: 'account', creator: home.account, local, from: home.text, uses: 1 });
}

interface Wish {
  readonly kind: 'account' | 'contact';
  readonly creator: number;
  readonly local: string;
  readonly from: string;
  readonly uses: number;
}

async function make(chat: Chat, { from, ...wish }: Wish): Promise<Invitation> {
  const expiresMs = chat.clock.nowMs() + inviteDaysMax * dayMs;
  const { invites } = chat.store.registrations;
  const { token } = await invites.create({ ...wish, expiresMs, groups: [], rooms: [], label: '' });
  return {
    uri: invitationUri(chat, token, { ...wish, from }),
    page: chat.registrar?.invitePage(token) ?? '',
    expiresMs,
  };
}

import { publicAccount } from '../../accounts/index.ts';
import { type MetadataName, sharedOwner, wholeAccount } from '../../stores/mail/index.ts';
import { sharedPlaces } from '../names/place.ts';
import { hasAny } from '../names/rights.ts';
import type { Session } from '../session/session.ts';

/** What a session that has enabled METADATA was told of: by account the modseq, and its own changes after that. */
class Told {
  readonly upTo = new Map<number, number>();
  readonly own = new Map<number, Set<number>>();
}

const toldBy = new WeakMap<Session, Told>();

/** The client knows what it has set itself. */
export function noteOwnChange(session: Session, account: number, modseq: number): void {
  const told = toldBy.get(session);
  if (told === undefined) return;
  const own = told.own.get(account) ?? new Set();
  own.add(modseq);
  told.own.set(account, own);
}

/** RFC 5464 §4.4.2: `* METADATA INBOX /shared/comment` for what others changed; names, never values. */
export async function tellMetadataNews(session: Session): Promise<void> {
  if (!session.isEnabled('METADATA')) return;
  const told = toldBy.get(session) ?? new Told();
  toldBy.set(session, told);
  const accounts = new Set([session.account, publicAccount]);
  if (session.selected !== null) accounts.add(session.selected.account);
  for (const account of accounts) await tellAccount(session, told, account);
}

async function tellAccount(session: Session, told: Told, account: number): Promise<void> {
  const since = told.upTo.get(account) ?? Number.MAX_SAFE_INTEGER;
  const { modseq, changes } = await session.mail.sharing.metadataChanges(account, session.account, since);
  told.upTo.set(account, modseq);
  const own = told.own.get(account);
  told.own.delete(account);
  const byMailbox = new Map<number, MetadataName[]>();
  for (const change of changes) {
    if (own?.has(change.modseq)) continue;
    const names = byMailbox.get(change.mailbox);
    if (names) names.push(change);
    else byMailbox.set(change.mailbox, [change]);
  }
  for (const [mailbox, names] of byMailbox) await tellMailbox(session, account, mailbox, names);
}

async function tellMailbox(
  session: Session,
  account: number,
  mailbox: number,
  names: readonly MetadataName[],
): Promise<void> {
  const name = await nameOf(session, account, mailbox);
  if (name === null) return;
  const { out } = session;
  out.data('METADATA').sp().mailbox(name);
  for (const { owner, entry } of names) {
    out.sp().astring(`${owner === sharedOwner ? '/shared' : '/private'}${entry}`);
  }
  out.crlf();
}

/** The mailbox as the session calls it; null where it is gone, or may not be spoken of. */
async function nameOf(session: Session, account: number, mailbox: number): Promise<string | null> {
  if (mailbox === wholeAccount) return account === publicAccount ? '' : null;
  if (account === session.account) return (await session.mail.byId(account, mailbox))?.name ?? null;
  const places = await sharedPlaces(session);
  const place = places.find((each) => each.account === account && each.mailbox.id === mailbox);
  return place !== undefined && hasAny(place.rights, 'rswip') ? place.name : null;
}

import { decodeBody, headerFields, type MimePart } from '../../formats/mime/index.ts';
import type { Verdict } from '../checks/index.ts';
import { authorsOf } from '../inbound/authors.ts';
import { invitationBytesMax, partsLookedAtMax } from '../limits.ts';
import { splitHeader } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import type { Spool } from './spool.ts';

/** A scheduling message (RFC 6047) in a mail whose author is known for sure. */
export interface ArrivedInvitation {
  /** Members that the mail is for. */
  readonly accounts: readonly number[];
  /** `local@domain`. */
  readonly author: string;
  /** The text/calendar part, decoded. */
  readonly bytes: Buffer;
}

/** Keeps what is to be done with it; durable when it resolves. */
export type TakeInvitation = (invitation: ArrivedInvitation) => Promise<void>;

/**
 * Gives the text/calendar part of a mail to who keeps calendars, before the mail is acknowledged. A mail that does not prove
 * its author, and one that is unwanted, is just mail. Throws what keeping it throws: the sender comes again then.
 */
export async function takeInvitation(
  session: Session,
  transaction: Transaction,
  accounts: readonly number[],
  mail: { readonly spool: Spool; readonly root: MimePart; readonly before: number; readonly junk: boolean },
): Promise<void> {
  const { invitations } = session.services;
  if (invitations === null || mail.junk) return;
  const part = invitationIn(mail.root);
  if (part === null) return;
  const { header } = await splitHeader(mail.spool.pieces());
  const author = provenAuthor(session, transaction, header);
  if (author === null) return;
  const pieces: Buffer[] = [];
  const range = mail.spool.range(part.bodyStart - mail.before, part.bodyEnd - mail.before);
  for await (const piece of range) pieces.push(piece);
  await invitations({ accounts, author, bytes: decodeBody(Buffer.concat(pieces), part.encoding) });
}

/** The first that is a message and no attachment of one. */
function invitationIn(root: MimePart): MimePart | null {
  const waiting = [root];
  for (let looked = 0; looked < partsLookedAtMax; looked++) {
    const part = waiting.shift();
    if (part === undefined) return null;
    const hasMethod = part.params.some(([name]) => name === 'method');
    const isInvitation = part.type === 'text' && part.subtype === 'calendar' && hasMethod;
    if (isInvitation && part.bodyEnd - part.bodyStart <= invitationBytesMax) return part;
    waiting.push(...part.children);
  }
  return null;
}

/** The one author, where a session of theirs or DMARC says that it is they; null where nobody knows. */
function provenAuthor({ door, member }: Session, { verdict }: Transaction, header: Buffer): string | null {
  const [only, ...more] = headerFields(header).filter(({ name }) => name.toLowerCase() === 'from');
  const authors = only === undefined || more.length > 0 ? null : authorsOf(only.value);
  const [author, ...others] = authors ?? [];
  if (author === undefined || others.length > 0) return null;
  // At submission nobody writes as who they are not.
  if (door.name === 'submission') return member === null ? null : author;
  return verdict !== null && isAligned(verdict) ? author : null;
}

/** Also of a domain that publishes no policy: what is aligned says as much there. */
function isAligned({ dmarc }: Verdict): boolean {
  if (dmarc === null || (dmarc.result !== 'pass' && dmarc.result !== 'none')) return false;
  return dmarc.aligned.spf || dmarc.aligned.dkim;
}

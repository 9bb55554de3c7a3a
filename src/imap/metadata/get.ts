import {
  type Mailbox,
  type Metadata,
  type MetadataFound,
  type MetadataPlace,
  type MetadataQuery,
  sharedOwner,
} from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import type { Session } from '../session/session.ts';
import { type GetMetadataArguments, type MetadataSelection, parseGetMetadata } from '../wire/index.ts';
import { ofServer, ownerOf, targetOf } from './target.ts';

/** What GETMETADATA and LIST RETURN (METADATA) tell: names as the client writes them, in lower case. */
function shownName({ owner, entry }: Pick<Metadata, 'owner' | 'entry'>): string {
  return `${owner === sharedOwner ? '/shared' : '/private'}${entry}`;
}

/** `* METADATA INBOX (/private/comment "…" …)`. RFC 5464 §4.4.1. */
export function writeMetadata(session: Session, mailbox: string, entries: readonly Metadata[]): void {
  if (entries.length === 0) return;
  const { out } = session;
  out.data('METADATA').sp().mailbox(mailbox).sp();
  out.list(entries, (each) => {
    out.astring(shownName(each)).sp();
    writeValue(session, each.value);
  });
  out.crlf();
}

function writeValue({ out }: Session, value: Buffer | null): void {
  if (value === null) out.nil();
  else if (value.includes(0)) out.literal(value, true);
  else if (value.every((octet) => octet >= 0x20 && octet < 0x7f)) out.string(value.toString('latin1'));
  else out.literal(value);
}

/** Entries that the settings give and no client changes (RFC 5464 §3.2.1.1). */
function fixedEntries({ services: { serverMetadata } }: Session): Metadata[] {
  return [...serverMetadata].map(([entry, text]) => ({
    owner: sharedOwner,
    entry,
    value: Buffer.from(text),
  }));
}

/** RFC 6154 §4: what a mailbox of the member's own is for, as LIST tells it. */
function useOf({ account, member }: Session, { mailbox, ...place }: Annotated): Metadata[] {
  if (member === null || place.account !== account || !mailbox?.specialUse) return [];
  return [{ owner: account, entry: '/specialuse', value: Buffer.from(`\\${mailbox.specialUse}`) }];
}

/** Where annotations lie; null for those of the server. */
export interface Annotated {
  readonly account: number;
  readonly mailbox: Mailbox | null;
}

/**
 * What was asked for of one mailbox. Names that were asked for by themselves and are not there are told as NIL, so that
 * the client hears of each.
 */
export async function findMetadata(
  session: Session,
  annotated: Annotated,
  { entries, sizeMax, depth }: MetadataSelection,
): Promise<MetadataFound> {
  const { account, mailbox } = annotated;
  const place: MetadataPlace = mailbox === null ? ofServer : { account, mailbox: mailbox.id };
  const queries = entries.map(
    (entry): MetadataQuery => ({ owner: ownerOf(session, entry), entry: entry.path, depth }),
  );
  const found = await session.mail.sharing.metadata(place, queries, sizeMax);
  const told = new Map(found.entries.map((entry) => [shownName(entry), entry]));
  let { longest } = found;
  for (const fixed of mailbox === null ? fixedEntries(session) : useOf(session, annotated)) {
    if (!queries.some((query) => isWithin(query, fixed))) continue;
    const size = fixed.value?.length ?? 0;
    if (sizeMax === null || size <= sizeMax) told.set(shownName(fixed), fixed);
    else longest = Math.max(longest, size);
  }
  if (depth === 0 && longest === 0) {
    for (const { owner, entry } of queries) {
      const missing: Metadata = { owner, entry, value: null };
      if (!told.has(shownName(missing))) told.set(shownName(missing), missing);
    }
  }
  return { entries: [...told.values()], longest };
}

function isWithin({ owner, entry, depth }: MetadataQuery, fixed: Metadata): boolean {
  if (owner !== fixed.owner) return false;
  return entry === fixed.entry || (entry === '' && depth !== 0);
}

/** GETMETADATA: annotations of a mailbox, or with an empty name of the server. */
export const getMetadata: Command<GetMetadataArguments> = {
  name: 'GETMETADATA',
  rfc: 'RFC 5464 §4.2',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return parseGetMetadata(decoder);
  },
  async run(session, args) {
    const { place, mailbox } = await targetOf(session, args.mailbox);
    const annotated = { account: place.account, mailbox };
    const { entries, longest } = await findMetadata(session, annotated, args);
    writeMetadata(session, args.mailbox, entries);
    if (longest > 0) {
      return ok('some are too long', { code: 'METADATA', what: 'LONGENTRIES', value: longest });
    }
    return ok('that is all');
  },
};

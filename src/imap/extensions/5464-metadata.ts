import { publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import {
  type Metadata,
  type MetadataFound,
  type MetadataPlace,
  type MetadataQuery,
  sharedOwner,
  wholeAccount,
} from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { noteOwnChange, tellMetadataNews } from '../metadata/news.ts';
import { locate } from '../names/place.ts';
import { hasAny } from '../names/rights.ts';
import type { Session } from '../session/session.ts';
import {
  type GetMetadataArguments,
  type MetadataEntry,
  type MetadataSelection,
  parseGetMetadata,
  parseSetMetadata,
  type SetMetadataArguments,
} from '../wire/index.ts';

/** Annotations of the server lie with what is the co-op's, each member's own ones too. */
const ofServer: MetadataPlace = { account: publicAccount, mailbox: wholeAccount };

/** Where the annotations of a mailbox lie, and what the member may do there. */
interface Target {
  readonly place: MetadataPlace;
  /** Shared annotations may be set. */
  readonly maySetShared: boolean;
}

/** RFC 5464 §3.3: `l` and one of `r`, `s`, `w`, `i`, `p`. What all members see is set with `w` only. */
async function targetOf(session: Session, mailbox: string): Promise<Target> {
  if (mailbox === '') return { place: ofServer, maySetShared: session.member?.admin ?? false };
  const { account, mailbox: found, rights } = await locate(session, mailbox, 'l');
  if (!hasAny(rights, 'rswip')) throw new StoreError('denied', 'you may only see that this mailbox is there');
  return { place: { account, mailbox: found.id }, maySetShared: rights.includes('w') };
}

function ownerOf(session: Session, { scope }: MetadataEntry): number {
  return scope === 'private' ? session.account : sharedOwner;
}

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

/**
 * What was asked for of one mailbox. Names that were asked for by themselves and are not there are told as NIL, so that
 * the client hears of each.
 */
export async function findMetadata(
  session: Session,
  place: MetadataPlace,
  { entries, sizeMax, depth }: MetadataSelection,
): Promise<MetadataFound> {
  const queries = entries.map(
    (entry): MetadataQuery => ({ owner: ownerOf(session, entry), entry: entry.path, depth }),
  );
  const found = await session.mail.sharing.metadata(place, queries, sizeMax);
  const told = new Map(found.entries.map((entry) => [shownName(entry), entry]));
  let { longest } = found;
  for (const fixed of place === ofServer ? fixedEntries(session) : []) {
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
const getMetadata: Command<GetMetadataArguments> = {
  name: 'GETMETADATA',
  rfc: 'RFC 5464 §4.2',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return parseGetMetadata(decoder);
  },
  async run(session, args) {
    const { place } = await targetOf(session, args.mailbox);
    const { entries, longest } = await findMetadata(session, place, args);
    writeMetadata(session, args.mailbox, entries);
    if (longest > 0) {
      return ok('some are too long', { code: 'METADATA', what: 'LONGENTRIES', value: longest });
    }
    return ok('that is all');
  },
};

/** SETMETADATA: sets and removes annotations, all of them or none. */
const setMetadata: Command<SetMetadataArguments> = {
  name: 'SETMETADATA',
  rfc: 'RFC 5464 §4.3',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    return parseSetMetadata(decoder);
  },
  async run(session, { mailbox, entries }) {
    const { place, maySetShared } = await targetOf(session, mailbox);
    const changes = new Map<string, Metadata>();
    for (const { value, ...name } of entries) {
      const owner = ownerOf(session, name);
      if (owner === sharedOwner && !maySetShared) {
        throw new StoreError('denied', 'you may not set what all members see here');
      }
      checkEntry(session, place, name, value);
      changes.set(`${owner} ${name.path}`, { owner, entry: name.path, value });
    }
    const modseq = await tooMany(session.mail.sharing.setMetadata(place, [...changes.values()]));
    noteOwnChange(session, place.account, modseq);
    return ok('set');
  },
};

function checkEntry(session: Session, place: MetadataPlace, name: MetadataEntry, value: Buffer | null): void {
  const { limits, services } = session;
  if (place === ofServer && name.scope === 'shared' && services.serverMetadata.has(name.path)) {
    throw new StoreError('denied', "the co-op's settings say this");
  }
  // RFC 6154 §4 makes it the special use of the mailbox, which is given by CREATE here.
  if (name.path === '/specialuse') throw new Refusal('special uses are given by CREATE', 'CANNOT');
  if (value !== null && value.length > limits.metadataValueBytesMax) {
    const most = { code: 'METADATA', what: 'MAXSIZE', value: limits.metadataValueBytesMax } as const;
    throw new Refusal('an annotation is too large', most);
  }
}

async function tooMany<T>(task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'limit') throw error;
    throw new Refusal(error.message, { code: 'METADATA', what: 'TOOMANY' });
  }
}

/**
 * METADATA: annotations of mailboxes and of the server. Private ones are each member's own, also on a mailbox that is
 * shared; they go when the mailbox or the member goes.
 */
export const metadataExtension: Extension = {
  rfc: 5464,
  name: 'METADATA',
  capabilities: ({ member }) => (member === null ? [] : ['METADATA']),
  commands: [getMetadata, setMetadata],
  enable: ['METADATA'],
  news: tellMetadataNews,
};

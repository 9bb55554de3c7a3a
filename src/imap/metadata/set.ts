import { StoreError } from '../../base/index.ts';
import { type Metadata, type MetadataPlace, sharedOwner } from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { noteOwn } from '../session/own.ts';
import type { Session } from '../session/session.ts';
import { type MetadataEntry, parseSetMetadata, type SetMetadataArguments } from '../wire/index.ts';
import { noteOwnChange } from './news.ts';
import { ofServer, ownerOf, targetOf } from './target.ts';

/** SETMETADATA: sets and removes annotations, all of them or none. */
export const setMetadata: Command<SetMetadataArguments> = {
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
    noteOwn(session, { account: place.account, modseqs: [modseq] });
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

import type { Extension } from '../features.ts';
import { findMetadata, writeMetadata } from '../metadata/get.ts';
import type { Place } from '../names/place.ts';
import { hasAny } from '../names/rights.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, type MetadataSelection, parseMetadataSelection } from '../wire/index.ts';

async function tell(session: Session, place: Place, selection: MetadataSelection): Promise<void> {
  // What may only be looked up keeps its annotations to itself (RFC 5464 §3.3).
  if (!hasAny(place.rights, 'rswip')) return;
  const { account, mailbox, name } = place;
  const { entries } = await findMetadata(session, { account, mailbox }, selection);
  writeMetadata(session, name, entries);
}

/** LIST … RETURN (METADATA (…)): annotations of each mailbox that is listed. */
export const listMetadataExtension: Extension = {
  rfc: 9590,
  name: 'LIST-METADATA',
  capabilities: ({ member }) => (member === null ? [] : ['LIST-METADATA']),
  listReturns: [
    {
      name: 'METADATA',
      parse(decoder: Decoder) {
        decoder.sp();
        return parseMetadataSelection(decoder);
      },
      tell: (session, place, selection) => tell(session, place, selection as MetadataSelection),
    },
  ],
};

import { bareText, type Jid } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { ArchiveQuery, ArchiveRow } from '../../stores/conversations/index.ts';
import {
  answerMetadata,
  answerQuery,
  mamNs,
  mucUserNs,
  queryForm,
  type ShownArchive,
} from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import type { RoomPart, RoomRequest } from './asked.ts';
import { affiliationMay, roleMay } from './rights.ts';

/** Who could hear it by entering reads it later: of a room for members alone, its members. Throws StanzaError. */
function demandReader({ room: { config }, asker }: RoomRequest): void {
  if (!config.archive) throw new StanzaError('feature-not-implemented', { text: 'nothing is kept here' });
  const { affiliation, role } = asker;
  if (role !== 'none' || affiliationMay(affiliation, 'enterMembersOnly')) return;
  if (config.membersOnly || config.password !== '') throw new StanzaError('forbidden');
}

const seesJids = ({ room, asker }: RoomRequest): boolean =>
  room.config.whois === 'anyone' ||
  roleMay(asker.role, 'seeRealJids') ||
  affiliationMay(asker.affiliation, 'editMemberList');

/** XEP-0313 §6.1.1: an occupant by its nick; a person by its address, for those who see it. */
function narrowed(request: RoomRequest, jid: Jid): NonNullable<ArchiveQuery['with']> {
  const { room } = request;
  if (bareText(jid) === room.text) return jid.resource === '' ? {} : { resource: jid.resource };
  if (!seesJids(request)) throw new StanzaError('forbidden', { text: 'addresses are not shown here' });
  return { peer: bareText(jid) };
}

/** §6.1.2: who it was, to those who may see it. */
function withSender({ room }: RoomRequest, { peer }: ArchiveRow, message: Element): Element {
  const jid = tryJid(peer);
  if (jid === null || jid.local === '' || peer === room.text) return message;
  const item = element('item', mucUserNs, { affiliation: room.affiliationOf(jid), jid: peer });
  return { ...message, children: [...message.children, element('x', mucUserNs, {}, item)] };
}

function archiveOf(request: RoomRequest): ShownArchive {
  const { room } = request;
  return {
    key: { kind: 'room', owner: room.row.id },
    jid: room.jid,
    with: (jid) => narrowed(request, jid),
    shown: (row, message) => (seesJids(request) ? withSender(request, row, message) : message),
  };
}

/** Message Archive Management (XEP-0313) of a room. */
export const archived: RoomPart = {
  features: ({ archive }) => (archive ? [mamNs, `${mamNs}#extended`, 'urn:xmpp:fulltext:0'] : []),
  handlers: [
    {
      ...{ name: 'query', ns: mamNs, type: 'both', who: 'anyone' },
      run(request) {
        demandReader(request);
        const { rooms, stanza, payload } = request;
        return stanza.type === 'get'
          ? queryForm()
          : answerQuery(rooms.chat, archiveOf(request), stanza, payload);
      },
    },
    {
      ...{ name: 'metadata', ns: mamNs, type: 'get', who: 'anyone' },
      run(request) {
        demandReader(request);
        return answerMetadata(request.rooms.chat, archiveOf(request));
      },
    },
  ],
};

import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element } from '../../formats/stanza/index.ts';
import { stanzaIdNs } from '../archive/index.ts';
import {
  type Described,
  discoInfoNs,
  discoItemsNs,
  infoElement,
  itemsElement,
  pageAsked,
  pageElement,
  resultSetsNs,
} from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { pingNs, vcardTempNs } from '../namespaces.ts';
import type { RoomRequest } from './asked.ts';
import { configFeatures, infoForm } from './config.ts';
import { mucNs, mucRequestForm, occupantIdNs } from './names.ts';
import { isShown } from './presences.ts';
import { affiliationMay } from './rights.ts';
import type { Rooms } from './service.ts';

const everybodys = [discoInfoNs, discoItemsNs, pingNs, mucNs];

/** XEP-0045 §6.2 */
export function describeService({ chat }: Rooms, query: Element): Element {
  if ((query.attributes.node ?? '') !== '') throw new StanzaError('item-not-found');
  return infoElement({
    identities: [{ category: 'conference', type: 'text', name: `${chat.coop}: rooms` }],
    features: [...everybodys, resultSetsNs, stanzaIdNs, occupantIdNs, vcardTempNs].sort(),
  });
}

/** §6.3: public rooms, in pages (XEP-0059). */
export async function listRooms(rooms: Rooms, query: Element): Promise<Element> {
  if ((query.attributes.node ?? '') !== '') throw new StanzaError('item-not-found');
  const { chat, host, limits } = rooms;
  const { max, after, before } = pageAsked(query);
  await rooms.allEnded();
  const page = await chat.store.rooms.listed(host, {
    max: Math.min(max ?? limits.listedRoomsMax, limits.listedRoomsMax),
    ...(after === undefined ? {} : { after: localOf(after) }),
    ...(before === undefined ? {} : { before: localOf(before) }),
  });
  const items = page.rooms.map(({ local, config: { name } }) => ({
    ...{ jid: `${local}@${host}`, name: name === '' ? local : name },
  }));
  const list = itemsElement(items);
  const isWhole = page.complete && page.index === 0 && childOf(query, 'set', resultSetsNs) === undefined;
  if (isWhole) return list;
  const set = pageElement({
    first: items[0]?.jid,
    last: items.at(-1)?.jid,
    firstIndex: page.index,
    count: page.total,
  });
  return { ...list, children: [...list.children, set] };
}

const localOf = (jid: string) => jid.split('@', 1)[0] ?? '';

/** §6.4, and §7.12: the nick that is kept for who asks. */
export function describeRoom(
  request: RoomRequest,
  features: (request: RoomRequest) => readonly string[],
): Element {
  const { room, payload, asker } = request;
  const { node = '' } = payload.attributes;
  if (node === 'x-roomuser-item') {
    const nick = room.members.get(asker.bare)?.nick ?? '';
    const identities = nick === '' ? [] : [{ category: 'conference', type: 'text', name: nick }];
    return infoElement({ identities, features: [] }, node);
  }
  if (node !== '') throw new StanzaError('item-not-found', { text: `there is no node '${node}'` });
  const { config, row } = room;
  const described: Described = {
    identities: [
      { category: 'conference', type: 'text', name: config.name === '' ? row.local : config.name },
    ],
    features: [
      ...everybodys,
      ...configFeatures(config),
      ...['http://jabber.org/protocol/muc#stable_id', mucRequestForm],
      stanzaIdNs,

      ...features(request),
    ].sort(),
    forms: [
      infoForm(config, {
        ...{ occupants: room.occupants.size, avatarHash: row.pictureHash },
        // What is spoken of in a room that not everybody may enter, is said inside.
        subject: isOpenTo(request) ? (row.subject?.text ?? '') : '',
      }),
    ],
  };
  return infoElement(described);
}

const isOpenTo = ({ room: { config }, asker }: RoomRequest): boolean =>
  asker.role !== 'none' ||
  affiliationMay(asker.affiliation, 'enterMembersOnly') ||
  (!config.membersOnly && config.password === '');

/** §6.5: who is there, told to those who could see it by entering a public room. */
export function listOccupants({ room, asker }: RoomRequest): Element {
  const isTold =
    asker.role !== 'none' || (room.config.public && !room.config.membersOnly && room.config.password === '');
  if (!isTold) return itemsElement([]);
  const shown = [...room.occupants.values()].filter(({ role }) => isShown(room, role));
  return itemsElement(shown.map(({ jid }) => ({ jid: jidText(jid) })));
}

import { createHash } from 'node:crypto';
import {
  childOf,
  type Element,
  element,
  elementsOf,
  parseElement,
  textOf,
  writeElement,
} from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { vcardTempNs } from '../namespaces.ts';
import { askerOf, type RoomPart, type RoomRequest } from './asked.ts';
import { tellChanged } from './owner.ts';
import { affiliationMay } from './rights.ts';

/** XEP-0153 §3.1: of the picture's own octets; '' where there is none. */
function pictureHash(card: Element): string {
  const value = textOf(childOf(childOf(card, 'PHOTO') ?? card, 'BINVAL')).replace(/\s+/g, '');
  if (value === '') return '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value))
    throw new StanzaError('bad-request', { text: 'the picture is not in base64' });
  return createHash('sha1').update(Buffer.from(value, 'base64')).digest('hex');
}

async function show({ room }: RoomRequest): Promise<Element> {
  const xml = await room.chat.store.rooms.card(room.row.id);
  return xml === null ? element('vCard', vcardTempNs) : parseElement(xml);
}

/** XEP-0486 §4.2: an empty one takes the picture away. Throws StanzaError. */
function publish(request: RoomRequest): Promise<null> {
  const { room, payload } = request;
  const hash = pictureHash(payload);
  const isEmpty = elementsOf(payload).next().done === true;
  return room.inTurn(async () => {
    if (!affiliationMay(askerOf(request).affiliation, 'configure')) throw new StanzaError('forbidden');
    const card = isEmpty ? null : { xml: writeElement(payload), pictureHash: hash };
    room.row = await room.chat.store.rooms.setCard(room.row.id, card);
    tellChanged(room, [104]);
    return null;
  });
}

/** MUC Avatars (XEP-0486): a vCard of the room, which its owners publish. */
export const avatars: RoomPart = {
  xep: '0486',
  name: 'MUC Avatars',
  version: '0.1.0',
  features: () => [vcardTempNs],
  handlers: [
    { name: 'vCard', ns: vcardTempNs, type: 'get', who: 'anyone', run: show },
    { name: 'vCard', ns: vcardTempNs, type: 'set', who: 'owners', run: publish },
  ],
};

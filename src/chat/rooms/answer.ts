import type { Element } from '../../formats/stanza/index.ts';
import { discoInfoNs, discoItemsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { pingNs } from '../namespaces.ts';
import { answerBy } from '../routing/answer-iq.ts';
import type { Stanza } from '../stanza.ts';
import { change, list } from './admin.ts';
import { archived } from './archived.ts';
import { askerOf, type RoomHandler, type RoomPart, type RoomRequest } from './asked.ts';
import { avatars } from './card.ts';
import { describeRoom, describeService, listOccupants, listRooms } from './describe.ts';
import { moderated } from './moderated.ts';
import { directInviteNs, mucAdminNs, mucOwnerNs, occupantIdNs } from './names.ts';
import { configuration, configure } from './owner.ts';
import { registering } from './register.ts';
import { affiliationMay } from './rights.ts';
import type { Rooms } from './service.ts';

const discovery: RoomPart = {
  handlers: [
    {
      ...{ name: 'query', ns: discoInfoNs, type: 'get', who: 'anyone' },
      run: (request) => describeRoom(request, featuresOf),
    },
    { name: 'query', ns: discoItemsNs, type: 'get', who: 'anyone', run: listOccupants },
    { name: 'ping', ns: pingNs, type: 'get', who: 'anyone', run: () => null },
  ],
};

const governing: RoomPart = {
  handlers: [
    { name: 'query', ns: mucAdminNs, type: 'get', who: 'insiders', run: list },
    { name: 'query', ns: mucAdminNs, type: 'set', who: 'insiders', run: change },
    { name: 'query', ns: mucOwnerNs, type: 'get', who: 'owners', run: configuration },
    { name: 'query', ns: mucOwnerNs, type: 'set', who: 'owners', run: configure },
  ],
};

/** Presence of one's own in a room, which the service answers itself (§3.2). */
const selfPing: RoomPart = {
  xep: '0410',
  name: 'MUC Self-Ping (Schrödinger’s Chat)',
  version: '1.1.0',
  features: () => ['http://jabber.org/protocol/muc#self-ping-optimization'],
};

const occupantIds: RoomPart = {
  xep: '0421',
  name: 'Occupant identifiers for semi-anonymous MUCs',
  version: '1.0.1',
  features: () => [occupantIdNs],
};

/** Passed on as they are between members; a room adds one to the invitations that it mediates. */
const directInvitations: RoomPart = {
  xep: '0249',
  name: 'Direct MUC Invitations',
  version: '1.2',
  features: () => [directInviteNs],
};

const parts: readonly RoomPart[] = [
  ...[discovery, governing, registering, archived, moderated, avatars],
  ...[selfPing, occupantIds, directInvitations],
];

const featuresOf = ({ room: { config } }: RoomRequest): readonly string[] =>
  parts.flatMap(({ features }) => features?.(config) ?? []);

const handlers: ReadonlyMap<string, RoomHandler> = new Map(
  parts
    .flatMap((part) => part.handlers ?? [])
    .flatMap((handler) =>
      (handler.type === 'both' ? ['get', 'set'] : [handler.type]).map((type): [string, RoomHandler] => [
        `${type} ${handler.ns} ${handler.name}`,
        handler,
      ]),
    ),
);

function demandRight({ room, asker }: RoomRequest, who: RoomHandler['who']): void {
  const { affiliation, role } = asker;
  if (!affiliationMay(affiliation, 'enter')) throw new StanzaError('forbidden');
  // XEP-0045 §10.1.2: until it is configured there is no room for others.
  if (room.isLocked && affiliation !== 'owner') throw new StanzaError('item-not-found');
  if (who === 'insiders' && role === 'none' && !affiliationMay(affiliation, 'seeMemberList'))
    throw new StanzaError('forbidden');
  if (who === 'owners' && !affiliationMay(affiliation, 'configure')) throw new StanzaError('forbidden');
}

/** A request to a room itself. */
export function answerRoom(rooms: Rooms, room: RoomRequest['room'], stanza: Stanza): Promise<void> {
  return answerBy(rooms.chat, stanza, null, (payload: Element, session) => {
    const request = { rooms, room, stanza, payload, session, asker: askerOf({ room, stanza }) };
    const handler = handlers.get(`${stanza.type} ${payload.ns} ${payload.name}`);
    if (handler === undefined) throw new StanzaError('service-unavailable');
    demandRight(request, handler.who);
    return handler.run(request);
  });
}

/** A request to the service that holds the rooms. */
export function answerService(rooms: Rooms, stanza: Stanza): Promise<void> {
  return answerBy(rooms.chat, stanza, null, (payload: Element) => {
    if (stanza.to.resource !== '') throw new StanzaError('service-unavailable');
    const key = `${stanza.type} ${payload.ns} ${payload.name}`;
    if (key === `get ${discoInfoNs} query`) return describeService(rooms, payload);
    if (key === `get ${discoItemsNs} query`) return listRooms(rooms, payload);
    if (key === `get ${pingNs} ping`) return null;
    throw new StanzaError('service-unavailable');
  });
}

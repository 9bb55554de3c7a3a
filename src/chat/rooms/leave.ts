import { jidText } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Stanza } from '../stanza.ts';
import { demandNick, demandPresence } from './enter.ts';
import { type Occupant, presenceOf, type Seat } from './occupants.ts';
import { announcement, type Change, changed, isShown, statusElement } from './presences.ts';
import { affiliationMay, type Role, roleMay } from './rights.ts';
import type { Room } from './room.ts';

/** Told to one resource of somebody who stays with others. */
function farewell(
  room: Room,
  { jid: whose, occupant: { jid, id } }: Seat,
  children: readonly Element[],
): Element {
  const item = element('item', mucUserNs, { affiliation: room.affiliationOf(whose), role: 'none' });
  return element(
    'presence',
    clientNs,
    { from: jidText(jid), type: 'unavailable' },
    ...children,
    id,
    element('x', mucUserNs, {}, item, statusElement(110)),
  );
}

/** XEP-0045 §7.14: one resource goes; the occupant with its last one. */
export function leave(room: Room, seat: Seat, of: Element | null, change: Change = {}): void {
  const { occupant } = seat;
  const children = of === null ? [] : demandableOf(room, of);
  const audience = room.audience;
  if (occupant.seats.size === 1) {
    removeOccupant(room, occupant, { children, ...change });
    return;
  }
  room.removeSeat(seat);
  const element = farewell(room, seat, children);
  const { jid } = occupant;
  let shownAgain: (() => void) | null = null;
  if (occupant.shown === seat) {
    const [next] = occupant.seats.values();
    if (next !== undefined) occupant.shown = next;
    changed(occupant);
    shownAgain = announcement(
      room,
      audience.filter((each) => each !== seat),
      occupant,
    );
  }
  room.submit(() => {
    room.deliver(seat, 'presence', element, jid);
    shownAgain?.();
  });
}

/** Whoever leaves may say why, but not at length. */
function demandableOf(room: Room, of: Element): readonly Element[] {
  const said = presenceOf(of);
  const text = said.reduce((sum, child) => sum + child.children.join('').length, 0);
  return text > room.limits.presenceCharsMax
    ? []
    : said.filter(({ name, ns }) => name === 'status' && ns === clientNs);
}

/** Somebody is in the room no more, with all resources; everybody is told, and they themselves. */
export function removeOccupant(room: Room, occupant: Occupant, change: Change): void {
  const audience = room.audience;
  const told = announcement(room, audience, occupant, {
    type: 'unavailable',
    role: 'none',
    children: [],
    ...change,
  });
  room.occupants.delete(occupant.key);
  for (const seat of [...occupant.seats.values()]) room.removeSeat(seat);
  room.submit(told);
}

/** §7.7: what a resource shows now is what the occupant shows. Throws StanzaError. */
export function update(room: Room, seat: Seat, { element: of }: Stanza): void {
  seat.presence = demandPresence(room, of);
  seat.occupant.shown = seat;
  changed(seat.occupant);
  room.submit(announcement(room, room.audience, seat.occupant));
}

/** §7.6. Throws StanzaError. */
export function changeNick(room: Room, seat: Seat, stanza: Stanza): void {
  const { occupant } = seat;
  const { to } = stanza;
  if (!roleMay(occupant.role, 'changeNick')) throw new StanzaError('not-allowed');
  demandNick(room, seat.jid, to.resource);
  const presence = demandPresence(room, stanza.element);
  const holder = room.occupant(to.resource);
  // The same person is there under both nicks.
  if (holder !== undefined && holder !== occupant) throw new StanzaError('conflict');
  const gone = announcement(room, room.audience, occupant, {
    ...{ type: 'unavailable', codes: [303], nick: to.resource, children: [] },
  });
  room.occupants.delete(occupant.key);
  occupant.jid = to;
  occupant.key = room.keyOf(to.resource);
  room.occupants.set(occupant.key, occupant);
  seat.presence = presence;
  occupant.shown = seat;
  changed(occupant);
  const there = announcement(room, room.audience, occupant);
  room.submit(() => {
    gone();
    there();
  });
}

/** Another role: everybody hears of it; those whose role is not shown are not there for the others. */
export function setRole(room: Room, occupant: Occupant, role: Role, change: Change = {}): void {
  if (role === 'none') {
    removeOccupant(room, occupant, change);
    return;
  }
  const wasShown = isShown(room, occupant.role);
  const isHidden = wasShown && !isShown(room, role);
  const audience = room.audience;
  const gone = isHidden
    ? announcement(
        room,
        audience.filter((seat) => seat.occupant !== occupant),
        occupant,
        {
          ...{ type: 'unavailable', role: 'none', children: [] },
        },
      )
    : null;
  occupant.role = role;
  changed(occupant);
  const there = announcement(room, audience, occupant, change);
  room.submit(() => {
    gone?.();
    there();
  });
}

/** Whether somebody who is in the room may stay as the room is now. */
export const mayStay = (room: Room, occupant: Occupant): boolean => {
  const affiliation = room.affiliationOf(occupant.shown.jid);
  return affiliationMay(affiliation, room.config.membersOnly ? 'enterMembersOnly' : 'enter');
};

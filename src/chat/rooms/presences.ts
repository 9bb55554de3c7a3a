import { bareText, jidText } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { RoomRole } from '../../stores/conversations/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Stanza } from '../stanza.ts';
import type { Occupant, Seat } from './occupants.ts';
import { type Affiliation, type Role, roleMay } from './rights.ts';
import type { Room } from './room.ts';

/** What is said of an occupant beside what it shows. */
export interface Change {
  readonly type?: 'unavailable';
  /** XEP-0045 §15.6.2: for everybody, and for whom it is about alone. */
  readonly codes?: readonly number[];
  readonly ownCodes?: readonly number[];
  /** §7.6 */
  readonly nick?: string;
  readonly role?: Role;
  readonly affiliation?: Affiliation;
  /** Who did it: the nick. */
  readonly actor?: string;
  readonly reason?: string;
  /** §10.9 */
  readonly destroy?: Element;
  /** In place of what it shows. */
  readonly children?: readonly Element[];
}

export const statusElement = (code: number): Element => element('status', mucUserNs, { code: String(code) });

function presenceElement(
  room: Room,
  of: Occupant,
  change: Change,
  jid: string | undefined,
  own: boolean,
): Element {
  const { codes = [], ownCodes = [], actor, reason, type, children = of.shown.presence } = change;
  const item = element(
    'item',
    mucUserNs,
    {
      affiliation: change.affiliation ?? room.affiliationOf(of.shown.jid),
      role: change.role ?? of.role,
      nick: change.nick,
      jid,
    },
    actor === undefined ? null : element('actor', mucUserNs, { nick: actor }),
    reason === undefined || reason === '' ? null : element('reason', mucUserNs, {}, reason),
  );
  const all = own ? [...codes, 110, ...ownCodes] : codes;
  const x = element('x', mucUserNs, {}, item, change.destroy ?? null, ...all.map(statusElement));
  return element('presence', clientNs, { from: jidText(of.jid), type }, ...children, of.id, x);
}

/** §7.2.4: who sees whose resource somebody is. */
export const seesJids = (room: Room, role: RoomRole): boolean =>
  room.config.whois === 'anyone' || roleMay(role, 'seeRealJids');

/** `muc#roomconfig_presencebroadcast`: others hear of those in these roles alone. */
export const isShown = (room: Room, role: RoomRole): boolean => room.config.presenceBroadcast.includes(role);

/** As it is now, by whether real addresses are seen; made again when the occupant has changed. */
const views = new WeakMap<Occupant, { jids?: Element; plain?: Element }>();

export const changed = (of: Occupant): void => {
  views.delete(of);
};

/** What somebody who has just come is told of an occupant. */
export function presenceFor(room: Room, of: Occupant, viewer: RoomRole): Element {
  let view = views.get(of);
  if (view === undefined) {
    view = {};
    views.set(of, view);
  }
  if (!seesJids(room, viewer)) {
    view.plain ??= presenceElement(room, of, {}, undefined, false);
    return view.plain;
  }
  view.jids ??= presenceElement(room, of, {}, of.shown.text, false);
  return view.jids;
}

/**
 * Everybody of the audience is told, each what it may see, when that is its turn: what is told is what is true now. A role
 * that is not shown is told to its own resources alone.
 */
export function announcement(
  room: Room,
  audience: readonly Seat[],
  of: Occupant,
  change: Change = {},
): () => void {
  const { shown, jid: from } = of;
  const withJid = presenceElement(room, of, change, shown.text, false);
  const plain = presenceElement(room, of, change, undefined, false);
  const own = presenceElement(room, of, change, shown.text, true);
  const isHidden = !isShown(room, of.role);
  return () => {
    for (const seat of audience) {
      const { occupant } = seat;
      if (occupant === of) room.deliver(seat, 'presence', own, from);
      else if (!isHidden)
        room.deliver(seat, 'presence', seesJids(room, occupant.role) ? withJid : plain, from);
    }
  };
}

/** XEP-0045 §17.3: somebody in the room asks what an occupant shows; at the room itself, what it shows. Throws StanzaError. */
export function probed(room: Room, seat: Seat | undefined, { from, to }: Stanza): void {
  room.demandPace(bareText(from), 'presences');
  if (seat === undefined)
    throw new StanzaError('not-acceptable', { type: 'cancel', text: 'not in the room' });
  const { occupant } = seat;
  const of = to.resource === '' ? occupant : room.occupant(to.resource);
  const isTold =
    of !== undefined && (of === occupant || isShown(room, of.role) || occupant.role === 'moderator');
  if (!isTold) throw new StanzaError('item-not-found', { text: 'nobody here is called so' });
  if (of === occupant) {
    room.submit(announcement(room, [seat], occupant));
    return;
  }
  const told = presenceFor(room, of, occupant.role);
  room.submit(() => room.deliver(seat, 'presence', told, of.jid));
}

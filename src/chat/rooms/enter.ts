import { FormatError } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { delayElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { type Stanza, stanzaText } from '../stanza.ts';
import { type HistoryAsked, historyAsked } from './history.ts';
import { mucNs } from './names.ts';
import { Occupant, presenceOf, type Seat } from './occupants.ts';
import { announcement, changed, isShown, presenceFor } from './presences.ts';
import { affiliationMay, firstRole } from './rights.ts';
import type { Room } from './room.ts';

/** What somebody shows, where it is not too much to show everybody. Throws StanzaError. */
export function demandPresence(room: Room, of: Element): readonly Element[] {
  const presence = presenceOf(of);
  const chars = presence.reduce((sum, child) => sum + stanzaText(child).length, 0);
  const { presenceCharsMax } = room.limits;
  if (chars > presenceCharsMax)
    throw new StanzaError('policy-violation', {
      text: `presence has at most ${presenceCharsMax} characters here`,
    });
  return presence;
}

/** Somebody may be called so here. Throws StanzaError. */
export function demandNick(room: Room, jid: Jid, nick: string): void {
  const { nickBytesMax } = room.limits;
  if (Buffer.byteLength(nick) > nickBytesMax)
    throw new StanzaError('not-acceptable', { text: `a nick has at most ${nickBytesMax} bytes` });
  if (room.keyOf(nick) === '')
    throw new StanzaError('not-acceptable', { text: 'a nick is more than spaces' });
  const bare = bareText(jid);
  const owner = room.reservedFor(nick);
  const holder = room.occupant(nick);
  // §7.2.8, §7.10
  if ((owner !== undefined && owner !== bare) || (holder !== undefined && holder.bare !== bare))
    throw new StanzaError('conflict', { text: 'somebody else is called so' });
}

/** §7.2.5 to §7.2.11, in an order that tells strangers least. Throws StanzaError. */
function demandEntry(room: Room, jid: Jid, nick: string, password: string): ReturnType<typeof firstRole> {
  const { config } = room;
  const affiliation = room.affiliationOf(jid);
  if (room.isLocked && affiliation !== 'owner') throw new StanzaError('item-not-found');
  if (!affiliationMay(affiliation, 'enter')) throw new StanzaError('forbidden');
  if (config.membersOnly && !affiliationMay(affiliation, 'enterMembersOnly'))
    throw new StanzaError('registration-required');
  // Who governs a room may change its password, and need not know it.
  if (config.password !== '' && password !== config.password && !affiliationMay(affiliation, 'enterFull'))
    throw new StanzaError('not-authorized');
  demandNick(room, jid, nick);
  const max = Math.min(config.maxUsers ?? Number.POSITIVE_INFINITY, room.limits.occupantsPerRoomMax);
  const isFull = room.occupants.size >= max && room.occupant(nick) === undefined;
  const isSpared =
    affiliationMay(affiliation, 'enterFull') && room.occupants.size < room.limits.occupantsPerRoomMax;
  if (isFull && !isSpared)
    throw new StanzaError('service-unavailable', { type: 'wait', text: 'the room is full' });
  return firstRole(affiliation, config);
}

function demandHistory(of: Element, nowMs: number): HistoryAsked {
  try {
    return historyAsked(of, nowMs);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StanzaError('bad-request', { text: error.message });
  }
}

/** The resource takes its seat under the nick. Throws StanzaError. */
function seated(
  room: Room,
  { from, to, element: of }: Stanza,
): { readonly seat: Seat; readonly isFirst: boolean } {
  const password = textOf(childOf(childOf(of, 'x', mucNs) ?? of, 'password', mucNs));
  const role = demandEntry(room, from, to.resource, password);
  if (role === 'none') throw new StanzaError('forbidden');
  const presence = demandPresence(room, of);
  const there = room.occupant(to.resource);
  if (there !== undefined) {
    if (there.seats.size >= room.limits.seatsPerOccupantMax) throw new StanzaError('resource-constraint');
    return { seat: there.seat(from, presence), isFirst: false };
  }
  const key = room.keyOf(to.resource);
  const bare = bareText(from);
  const occupant = new Occupant({ jid: to, key, seat: from, bare }, { role, secret: room.secret, presence });
  room.occupants.set(key, occupant);
  return { seat: occupant.shown, isFirst: true };
}

/** §7.2.15: always said, and last. */
function subjectElement({ row: { subject }, text }: Room): Element {
  const from = subject === null || subject.by === '' ? text : `${text}/${subject.by}`;
  return element(
    'message',
    clientNs,
    { type: 'groupchat', from },
    element('subject', clientNs, {}, subject?.text ?? ''),
    subject === null ? null : delayElement(text, subject.atMs),
  );
}

/** What one who enters is told: who is there, that it is there, what was said, and the subject; then what happens (§7.1). */
function welcome(room: Room, seat: Seat, asked: HistoryAsked, codes: readonly number[]): () => void {
  const { occupant } = seat;
  const others = [...room.occupants.values()].filter((each) => each !== occupant && isShown(room, each.role));
  const presences = others.map((each) => ({ of: presenceFor(room, each, occupant.role), from: each.jid }));
  const { archive, whois } = room.config;
  const ownCodes = [...(whois === 'anyone' ? [100] : []), ...(archive ? [170] : []), ...codes];
  const own = announcement(room, [seat], occupant, { ownCodes });
  return () => {
    for (const { of, from } of presences) room.deliver(seat, 'presence', of, from);
    own();
    for (const told of room.history.told(asked)) room.deliver(seat, 'message', told, room.jid);
    room.deliver(seat, 'message', subjectElement(room), room.jid);
  };
}

/** XEP-0045 §7.2: a resource enters. `codes`: more that it is told of itself. Throws StanzaError. */
export function enter(room: Room, stanza: Stanza, codes: readonly number[] = []): Seat {
  const asked = demandHistory(stanza.element, room.chat.clock.nowMs());
  const audience = room.audience;
  const { seat, isFirst } = seated(room, stanza);
  const told = isFirst ? announcement(room, audience, seat.occupant) : null;
  const welcomed = welcome(room, seat, asked, codes);
  room.addSeat(seat);
  room.submit(() => {
    told?.();
    welcomed();
  });
  return seat;
}

/** A client that has lost sight of the room, and enters where it is already, is told everything again. Throws StanzaError. */
export function enterAgain(room: Room, seat: Seat, { element: of }: Stanza): void {
  const asked = demandHistory(of, room.chat.clock.nowMs());
  seat.presence = demandPresence(room, of);
  if (seat.occupant.shown === seat) changed(seat.occupant);
  room.submit(welcome(room, seat, asked, []));
}

import { Recent, randomToken } from '../../base/index.ts';
import { type Jid, jidText } from '../../formats/jid/index.ts';
import { childOf, type Element, element } from '../../formats/stanza/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { vcardTempNs } from '../namespaces.ts';
import type { Flow } from '../routing/flow.ts';
import { addressed, payloadOf, type Stanza } from '../stanza.ts';
import { type Occupant, type Seat, sayable } from './occupants.ts';
import { mayWhisper } from './rights.ts';
import type { Room } from './room.ts';

/** XEP-0045 §7.5: to one occupant, at every resource of it. Throws StanzaError. */
export async function whisper(room: Room, seat: Seat, stanza: Stanza, flow: Flow): Promise<void> {
  const { occupant } = seat;
  if (stanza.type === 'groupchat')
    throw new StanzaError('bad-request', { text: 'what all shall hear is sent to the room' });
  room.demandPace(occupant.bare, 'messages');
  const to = demandOccupant(room, stanza.to.resource);
  if (!mayWhisper(occupant.role, to.role, room.config.privateMessages))
    throw new StanzaError('forbidden', { text: 'nobody is spoken to alone here' });
  const children = [...sayable(stanza.element, room.text), occupant.id, element('x', mucUserNs)];
  const message = { ...stanza.element, children };
  for (const each of to.seats.values())
    await room.chat.router.carry(addressed(message, occupant.jid, each.jid), flow);
}

function demandOccupant(room: Room, nick: string): Occupant {
  const occupant = room.occupant(nick);
  if (occupant === undefined) throw new StanzaError('item-not-found', { text: 'nobody here is called so' });
  return occupant;
}

/** An error for something that an occupant was told alone goes to who told it, with nothing else; true where it was that. */
export async function whisperFailed(room: Room, seat: Seat, stanza: Stanza, flow: Flow): Promise<boolean> {
  const { element: of, to } = stanza;
  if (childOf(of, 'x', mucUserNs) === undefined) return false;
  const { occupant } = seat;
  room.demandPace(occupant.bare, 'messages');
  const teller = to.resource === '' ? undefined : room.occupant(to.resource);
  const error = childOf(of, 'error');
  if (teller === undefined || error === undefined) return true;
  const refusal = { ...of, children: [error, occupant.id, element('x', mucUserNs)] };
  for (const each of teller.seats.values())
    await room.chat.router.carry(addressed(refusal, occupant.jid, each.jid), flow);
  return true;
}

interface Asked {
  readonly asker: Jid;
  readonly askerAs: Jid;
  readonly id: string;
  /** Who alone may answer. */
  readonly asked: string;
  readonly askedAs: Jid;
}

const questionBits = 80;

/** What occupants ask each other (XEP-0045 §17.4), and who waits for which answer. */
export class Questions {
  readonly #waiting: Recent<string, Asked>;

  constructor(max: number) {
    this.#waiting = new Recent(max);
  }

  /** Throws StanzaError. */
  async ask(room: Room, seat: Seat, stanza: Stanza, flow: Flow): Promise<void> {
    const to = demandOccupant(room, stanza.to.resource);
    room.demandPace(seat.occupant.bare, 'messages');
    const id = randomToken(questionBits);
    const asked = askedOf(to, payloadOf(stanza));
    const text = jidText(asked);
    const entry = { asker: stanza.from, askerAs: seat.occupant.jid, askedAs: stanza.to, asked: text };
    this.#waiting.set(id, { ...entry, id: stanza.element.attributes.id ?? '' });
    const attributes = { ...stanza.element.attributes, id };
    await room.chat.router.carry(
      addressed({ ...stanza.element, attributes }, seat.occupant.jid, asked),
      flow,
    );
  }

  /** Nobody else than who was asked can answer. */
  async answered(room: Room, stanza: Stanza, flow: Flow): Promise<void> {
    const { id = '' } = stanza.element.attributes;
    const entry = this.#waiting.get(id);
    if (entry === undefined || entry.asked !== jidText(stanza.from)) return;
    this.#waiting.delete(id);
    const attributes = { ...stanza.element.attributes, id: entry.id };
    await room.chat.router.carry(
      addressed({ ...stanza.element, attributes }, entry.askedAs, entry.asker),
      flow,
    );
  }
}

/** A vCard is the account's, which answers for whoever is away (XEP-0045 §17.4). */
function askedOf({ shown: { jid } }: Occupant, payload: Element | null): Jid {
  return payload?.ns === vcardTempNs ? { ...jid, resource: '' } : jid;
}

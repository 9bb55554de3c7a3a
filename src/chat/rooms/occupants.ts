import { createHmac } from 'node:crypto';
import { type Jid, jidText } from '../../formats/jid/index.ts';
import { type Element, element, elementsOf } from '../../formats/stanza/index.ts';
import type { RoomRole } from '../../stores/conversations/index.ts';
import { delayNs, mucUserNs, stanzaIdNs } from '../archive/index.ts';
import { mucNs, occupantIdNs } from './names.ts';

/** A resource that is in a room. */
export interface Seat {
  readonly occupant: Occupant;
  readonly jid: Jid;
  readonly text: string;
  /** What it shows of itself (RFC 6121 §4.7), as everybody may see it. */
  presence: readonly Element[];
}

/** Somebody in a room, under one nick, with one resource or several. */
export class Occupant {
  /** room@service/nick */
  jid: Jid;
  /** The nick as nicks are compared. */
  key: string;
  /** The bare address of who it is. */
  readonly bare: string;
  /** XEP-0421. */
  readonly id: Element;
  role: RoomRole;
  /** By full address. */
  readonly seats = new Map<string, Seat>();
  /** Whose presence everybody sees. */
  shown: Seat;

  constructor(
    of: { readonly jid: Jid; readonly key: string; readonly seat: Jid; readonly bare: string },
    parts: {
      readonly role: RoomRole;
      readonly secret: string;
      readonly presence: readonly Element[];
    },
  ) {
    this.jid = of.jid;
    this.key = of.key;
    this.bare = of.bare;
    this.role = parts.role;
    this.id = occupantIdElement(occupantId(parts.secret, of.bare));
    this.shown = this.seat(of.seat, parts.presence);
  }

  get nick(): string {
    return this.jid.resource;
  }

  seat(jid: Jid, presence: readonly Element[]): Seat {
    const seat: Seat = { occupant: this, jid, text: jidText(jid), presence };
    this.seats.set(seat.text, seat);
    return seat;
  }
}

/** XEP-0421 §4: the same for a person whatever the nick, different in every room, and nobody can tell whose it is. */
export const occupantId = (secret: string, bare: string): string =>
  createHmac('sha256', secret).update(bare).digest('base64url');

const occupantIdElement = (id: string): Element => element('occupant-id', occupantIdNs, { id });

/** What only a room says of who is in it. */
const isRooms = ({ ns, name }: Element): boolean =>
  ns === mucUserNs || ns === mucNs || (ns === occupantIdNs && name === 'occupant-id');

/** What an occupant shows, without what it says in the room's place (XEP-0421 §6). */
export const presenceOf = (of: Element): readonly Element[] =>
  [...elementsOf(of)].filter((child) => !isRooms(child) && child.name !== 'error');

/** The children of a message that go to everybody: nothing that the room alone may say (XEP-0359 §6, XEP-0421 §6). */
export function sayable(of: Element, room: string): readonly Element[] {
  const isForged = ({ ns, name, attributes }: Element): boolean =>
    (ns === stanzaIdNs && name === 'stanza-id' && attributes.by === room) ||
    (ns === delayNs && name === 'delay' && attributes.from === room) ||
    (ns === 'http://jabber.org/protocol/address' && name === 'addresses');
  return [...elementsOf(of)].filter((child) => !isRooms(child) && !isForged(child));
}

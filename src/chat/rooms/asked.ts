import { bareText, jidText } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import type { RoomConfig } from '../../stores/conversations/index.ts';
import type { Session } from '../routing/session.ts';
import type { Stanza } from '../stanza.ts';
import type { Standing } from './rights.ts';
import type { Room } from './room.ts';
import type { Rooms } from './service.ts';

/** Who asks a room, as they stand to it now. */
export interface Asker extends Standing {
  readonly bare: string;
  /** The full address. */
  readonly text: string;
}

/** A request to a room itself. */
export interface RoomRequest {
  readonly rooms: Rooms;
  readonly room: Room;
  readonly stanza: Stanza;
  readonly payload: Element;
  /** Null: no session of ours. */
  readonly session: Session | null;
  readonly asker: Asker;
}

/** How who asks stands to the room at this moment; after waiting for a turn that may be otherwise. */
export function askerOf({ room, stanza: { from } }: Pick<RoomRequest, 'room' | 'stanza'>): Asker {
  const text = jidText(from);
  const role = room.seats.get(text)?.occupant.role ?? 'none';
  return { bare: bareText(from), text, role, affiliation: room.affiliationOf(from) };
}

/** One request that a room answers. */
export interface RoomHandler {
  readonly name: string;
  readonly ns: string;
  readonly type: 'get' | 'set' | 'both';
  /**
   * No default (THREATS 9). `anyone` who is not kept out and may know that the room is there; `insiders`: those who are in
   * it, or stand to it as members and more; `owners`.
   */
  readonly who: 'anyone' | 'insiders' | 'owners';
  /** As `IqHandler.run`. */
  run(request: RoomRequest): Promise<Element | null> | Element | null;
}

/** What a specification brings to rooms. */
export interface RoomPart {
  /** `0425`; none: XEP-0045 itself. */
  readonly xep?: string;
  readonly name?: string;
  readonly version?: string;
  readonly features?: (config: RoomConfig) => readonly string[];
  readonly handlers?: readonly RoomHandler[];
}

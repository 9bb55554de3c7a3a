/**
 * chat/rooms: many who talk in one place (XEP-0045), at rooms.<domain>.
 *
 * - `Rooms` is the service: rooms that somebody is in, and some that were asked for lately; the others are in the store.
 * - What happens in a room happens in one order: decided at once, kept, then heard by those who were there when it was
 *   decided. Changes of what is kept of a room itself take turns (`Room.inTurn`).
 * - Who may do what is `rights.ts`, pure tables; who is told what of whom is `presences.ts`.
 * - Occupants are known by their nick, their `occupant-id` (XEP-0421) and, to those who may see it, their address. Nothing
 *   that they say of themselves in the room's place is passed on.
 * - A requester stands to the room as it is when its turn comes, not as it was when it asked.
 */
export { firstConfig } from './config.ts';
export { defaultRoomLimits, type RoomLimits } from './limits.ts';
export { type RoomOffice, roomOffice } from './office.ts';
export { Rooms } from './service.ts';

/**
 * stores/conversations/rooms: rooms in which many talk (XEP-0045): what they are, who stands to them, how they look.
 * - A room has an id that is never given twice; its archive is kept under it, elsewhere.
 * - Whoever is in a room is known to chat alone; here stand affiliations, reserved nicks and the configuration.
 * - A list of affiliations changes together or not at all; a room that has an owner keeps one, and a nick is one person's,
 *   in whatever case it is written. Each change takes the next version of the room, and with it the room's row.
 * - Whether somebody may do it is for the caller to judge.
 */
export { limits as roomsLimits } from './limits.ts';
export { roomsModule } from './module.ts';
export { nickKeyOf } from './scripts/members.ts';
export { createRooms, type RoomsOptions } from './store.ts';
export type {
  AffiliationChange as RoomAffiliationChange,
  AffiliationChanged as RoomAffiliationChanged,
  NewRoom,
  RoomAddress,
  RoomAffiliation,
  RoomConfig,
  RoomMember,
  RoomPage,
  RoomRole,
  RoomRow,
  RoomState,
  RoomsStore,
  Subject as RoomSubject,
  Tombstone as RoomTombstone,
} from './types.ts';

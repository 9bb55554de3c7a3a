/** Limits of rooms in memory; those of what is kept stand with the store. */
export interface RoomLimits {
  /** Occupants of one room, whatever its configuration says. */
  readonly occupantsPerRoomMax: number;
  /** Resources of one member under one nick. */
  readonly seatsPerOccupantMax: number;
  /** Rooms that one session is in. */
  readonly roomsPerSessionMax: number;
  /** Rooms that somebody is in, and those without that stay in memory. */
  readonly livelyRoomsMax: number;
  readonly idleRoomsMax: number;
  /** UTF-8 of a nick. */
  readonly nickBytesMax: number;
  /** Of what an occupant shows of itself, as XML, in UTF-16 units: everybody is sent it, and whoever comes later. */
  readonly presenceCharsMax: number;
  /** What was said last and is told to who enters: messages, and their text in UTF-16 units. */
  readonly historyMessagesMax: number;
  readonly historyCharsMax: number;
  /** Messages of one person: at once, and how fast there may be more. */
  readonly messageBurstMax: number;
  readonly messagesPerSecondMax: number;
  /** Entering, leaving, changes of nick and of presence of one person. */
  readonly presenceBurstMax: number;
  readonly presencesPerSecondMax: number;
  /** People of one room of whom it is known how fast they were. */
  readonly pacesPerRoomMax: number;
  /** Questions of occupants to each other, in all rooms, that wait for an answer. */
  readonly questionsMax: number;
  /** Items of one list that is changed (XEP-0045 §9). */
  readonly itemsPerCallMax: number;
  /** People who are away and whose affiliation changes at once, of each of whom those who are there are told. */
  readonly absentToldMax: number;
  /** People of one page of a list of affiliations. */
  readonly listedPeopleMax: number;
  /** Rooms of one page of a list. */
  readonly listedRoomsMax: number;
  /** People that one message invites. */
  readonly invitesPerMessageMax: number;
}

export const defaultRoomLimits: RoomLimits = {
  occupantsPerRoomMax: 2_000,
  seatsPerOccupantMax: 20,
  roomsPerSessionMax: 500,
  livelyRoomsMax: 20_000,
  idleRoomsMax: 1_000,
  nickBytesMax: 256,
  presenceCharsMax: 8_192,
  historyMessagesMax: 100,
  historyCharsMax: 524_288,
  messageBurstMax: 1_000,
  messagesPerSecondMax: 50,
  presenceBurstMax: 20,
  presencesPerSecondMax: 1,
  pacesPerRoomMax: 8_000,
  questionsMax: 10_000,
  itemsPerCallMax: 1_000,
  absentToldMax: 20,
  listedPeopleMax: 2_000,
  listedRoomsMax: 100,
  invitesPerMessageMax: 20,
};

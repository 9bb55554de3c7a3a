/** Limits of rooms. */
export const limits = {
  /** Rooms that one member made, and that are still there. */
  roomsPerCreatorMax: 500,
  /** A room of a whole co-op, and whom it kept out. */
  affiliationsPerRoomMax: 60_000,
  /** Of one list that is set together. */
  changesPerCallMax: 5_000,
  nameBytesMax: 512,
  descriptionBytesMax: 4_096,
  subjectBytesMax: 4_096,
  passwordBytesMax: 256,
  nickBytesMax: 256,
  reasonBytesMax: 1_024,
  bindingBytesMax: 512,
  /** Of the whole configuration, as JSON. */
  configBytesMax: 16 * 1024,
  /** A vCard with a picture (XEP-0486). */
  cardBytesMax: 256 * 1024,
  /** Rows of one page. */
  pageRowsMax: 500,
  /** What a room's address says after its end is kept so long. */
  goneKeptDays: 365,
  /** Rows that one statement or one step takes in. */
  stepRows: 500,
  /** Of the secret that ids of occupants are made with (XEP-0421 §4). */
  secretBits: 260,
} as const;

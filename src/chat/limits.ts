/** Limits of chat; those of what is kept stand with the stores. */
export interface ChatLimits {
  /** Of one stanza of a client that has signed in. */
  readonly stanzaBytesMax: number;
  /** Of one element before that: nothing that signs in is longer. */
  readonly strangerBytesMax: number;
  /** Elements of a client that has not signed in, on one connection. */
  readonly strangerElementsMax: number;
  /** Failed attempts to sign in on one connection. */
  readonly loginAttemptsMax: number;
  /** Resources that are bound for one account at the same time. */
  readonly sessionsPerAccountMax: number;
  /** Stanzas of one session that were taken and are not kept yet; then its stream is not read on. */
  readonly unsettledMax: number;
  /** Elements of one stream, and characters in them; who is faster for `burstSecondsMax` is read later. */
  readonly stanzasPerSecondMax: number;
  readonly charactersPerSecondMax: number;
  readonly burstSecondsMax: number;
  /** Rows that are kept with one commit. */
  readonly commitRowsMax: number;
  /** Stanzas that were written to one session and not acknowledged (XEP-0198); of more, the oldest go. */
  readonly unackedStanzasMax: number;
  /** Their text, in UTF-16 units. */
  readonly unackedCharsMax: number;
  /** Stanzas that are written before the client is asked for an acknowledgement at once; fewer wait for the next look. */
  readonly unaskedStanzasMax: number;
  /** How long a session waits to be resumed. */
  readonly resumeMsMax: number;
  /** Sessions that are no more of which is known how far they had come. */
  readonly pastSessionsMax: number;
  /** How often it is looked who is still there. */
  readonly sweepMs: number;
  /** So long a client may say nothing before it is asked. */
  readonly quietMsMax: number;
  /** So long it may take to answer. */
  readonly answerMsMax: number;
  /** Messages that are held for a client at which nobody looks (XEP-0352), and for one that is told of older ones. */
  readonly heldStanzasMax: number;
  /** Messages of an archive that one query answers, and where it does not say how many. */
  readonly archivePageRowsMax: number;
  readonly archivePageRowsDefaultMax: number;
  /** Their text together, in UTF-16 units; one at least. */
  readonly archivePageCharsMax: number;
  /** After which a member is looked up again who could not be. */
  readonly lookAgainMs: number;
  /** Accounts without sessions whose contacts stay in memory. */
  readonly idleHomesMax: number;
}

export const defaultChatLimits: ChatLimits = {
  stanzaBytesMax: 262_144,
  strangerBytesMax: 16_384,
  strangerElementsMax: 64,
  loginAttemptsMax: 5,
  sessionsPerAccountMax: 50,
  unsettledMax: 256,
  stanzasPerSecondMax: 500,
  charactersPerSecondMax: 524_288,
  burstSecondsMax: 20,
  commitRowsMax: 2_000,
  unackedStanzasMax: 4_000,
  unackedCharsMax: 4_194_304,
  unaskedStanzasMax: 8,
  resumeMsMax: 3_600_000,
  pastSessionsMax: 10_000,
  sweepMs: 1_000,
  quietMsMax: 600_000,
  answerMsMax: 60_000,
  heldStanzasMax: 500,
  archivePageRowsMax: 250,
  archivePageRowsDefaultMax: 50,
  archivePageCharsMax: 1_048_576,
  lookAgainMs: 5_000,
  idleHomesMax: 2_000,
};

/** Of one connection, taken from the system and not parsed yet. */
export const unreadBytesMax = 65_536;
/** Of what a client calls itself (XEP-0388 §2.3). */
export const userAgentCharactersMax = 100;
/** Of the tag that a client puts before its resource (XEP-0386 §3.2). */
export const tagCharactersMax = 64;

/** For how long a slot waits for its file to begin (XEP-0363 §7 recommends about a minute; clients ask before they encode). */
export const slotMsMax = 300_000;
/** Of a file's name, and of its type. */
export const uploadTextCharsMax = 500;
/** How long a client may stay away and come back with its token (XEP-0484). */
export const fastTokenDaysMax = 30;
/** A token that is older is exchanged for a new one when it is used. */
export const fastTokenHoursMin = 24;
/** How long an invitation is good for. */
export const inviteDaysMax = 7;
/** Accounts that are made from one address within `registrationsWindowMsMax`, unless the settings say otherwise (`registrationsPerHour`). */
export const registrationsPerAddressMax = 5;
export const registrationsWindowMsMax = 3_600_000;
/** Addresses that this is remembered of. */
export const registrationsSeenMax = 10_000;
/** Reports (XEP-0377) that one member makes at once, and in an hour; more are counted and told nobody. */
export const reportsBurstMax = 10;
export const reportsPerHourMax = 10;
/** Members of whom that is remembered. */
export const reportersMax = 1_000;
/** Messages that a report shows, what of each, and of what the member says of them. */
export const reportedMessagesMax = 10;
export const reportedMessageCharsMax = 500;
export const reportTextCharsMax = 1_000;

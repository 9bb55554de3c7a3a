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
  /** Rows that are kept with one commit. */
  readonly commitRowsMax: number;
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
  commitRowsMax: 500,
  idleHomesMax: 2_000,
};

/** Of one connection, taken from the system and not parsed yet. */
export const unreadBytesMax = 65_536;
/** Of what a client calls itself (XEP-0388 §2.3). */
export const userAgentCharactersMax = 100;
/** Of the tag that a client puts before its resource (XEP-0386 §3.2). */
export const tagCharactersMax = 64;

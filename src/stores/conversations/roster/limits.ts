/** Limits of what an account knows of others. */
export const limits = {
  /** Contacts of an account, who has only asked left out. */
  contactsMax: 5_000,
  /** Who has asked to be one and has no answer: strangers take no room from contacts. */
  requestsMax: 500,
  /** Contacts that were taken away and are remembered, so that clients learn of it. */
  removedMax: 500,
  groupsPerContactMax: 50,
  addressBytesMax: 3_071,
  nameBytesMax: 1_023,
  groupBytesMax: 1_023,
  requestBytesMax: 16_384,
  blockedMax: 5_000,
  /** Addresses in either list of the preferences for the archive. */
  preferencesMax: 2_000,
  statusBytesMax: 1_024,
  privateElementBytesMax: 262_144,
  privateElementsMax: 200,
  /** Of all elements of an account together, in characters. */
  privateCharsMax: 4_194_304,
  /** Rows of one step of a walk. */
  stepRows: 500,
} as const;

/** Limits of what clients, members and servers register. */
export const limits = {
  pushesPerAccountMax: 100,
  /** One that failed so often in a row is forgotten. */
  pushFailuresMax: 20,
  /** Of the form that goes with a push, as XML. */
  pushOptionsBytesMax: 8 * 1024,
  /** Clients of an account that are remembered; the one that was seen longest ago goes. */
  devicesPerAccountMax: 200,
  /** Of a client's id, tag, software or name. */
  deviceTextBytesMax: 512,
  /** 256 bits and more: tokens are keys of an HMAC. */
  tokenBytesMax: 512,
  invitesPerCreatorMax: 500,
  inviteUsesMax: 10_000,
  /** Of the lists that go with an invitation, as JSON. */
  inviteBytesMax: 8 * 1024,
  /** Of tokens in links: not to be guessed. */
  linkTokenBits: 160,
  /** Slots that wait for their file. */
  openSlotsPerAccountMax: 100,
  uploadsPerAccountMax: 50_000,
  /** How long after the end of its slot a file may still be on its way. */
  slowUploadHours: 24,
  /** Of a file's name or type. */
  uploadTextBytesMax: 1_024,
  /** Stanzas that wait for one other server, and for all of them. */
  queuedPerDomainMax: 20_000,
  queuedMax: 500_000,
  /** Bytes of stanzas that wait for one other server, and for all of them. */
  queuedBytesPerDomainMax: 64 * 1024 * 1024,
  queuedBytesMax: 1024 * 1024 * 1024,
  /** Of one answer; the first stanza is always in it. */
  readBytesMax: 1024 * 1024,
  policiesMax: 200_000,
  policiesPerCallMax: 20_000,
  /** Of a reason or a source. */
  policyTextBytesMax: 1_024,
  /** Rows of one page. */
  pageRowsMax: 500,
  /** Rows that one statement or one step takes in. */
  stepRows: 500,
} as const;

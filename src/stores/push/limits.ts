/** Limits of registrations for push. */
export const limits = {
  /** Of one member, on all devices and of all collections. */
  registrationsPerMemberMax: 1_000,
  /** Of those, of one place: devices that a member has; more would make us a tool against who is told. */
  registrationsPerPlaceMax: 50,
  /** Rows of one page. */
  pageRowsMax: 500,
  /** Of a token: not to be guessed. */
  tokenBits: 160,
} as const;

/** Limits of registrations for push. */
export const limits = {
  /** Of one member, on all devices and of all collections. */
  registrationsPerMemberMax: 1_000,
  /** Rows of one page. */
  pageRowsMax: 500,
  /** Of a token: not to be guessed. */
  tokenBits: 160,
} as const;

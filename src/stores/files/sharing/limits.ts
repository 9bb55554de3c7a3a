/** Limits of shares and links. */
export const limits = {
  /** What one member shares at one time, with others and by links. */
  sharesPerMemberMax: 5_000,
  linksPerMemberMax: 1_000,
  /** What one member marks as a favourite. */
  favouritesPerMemberMax: 5_000,
  /** How far a share may be shared on. */
  reshareDepthMax: 8,
  labelCharsMax: 200,
  /** A share or a link that is over is shown so long. */
  overDays: 30,
  /** 130 bits: not to be guessed. */
  linkTokenBits: 130,
  /** Passwords of links that were right lately and need no argon2id again. */
  knownPasswordsMax: 10_000,
  /** Rows that one step of a clean-up takes in. */
  stepRows: 500,
} as const;

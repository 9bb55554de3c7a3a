/** A message up to this long is given back whole where its sender asked for that (RFC 3461 §4.3 lets us not). */
export const wholeBytesMax = 262_144;
/** Of its header otherwise. */
export const headerBytesMax = 65_536;
/** Recipients that one notice names; of more it says how many. */
export const namedRecipientsMax = 100;

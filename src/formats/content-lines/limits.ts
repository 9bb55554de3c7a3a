/** Octets of a line as it is written, without its end (RFC 5545 §3.1, RFC 6350 §3.2). */
export const lineOctetsMax = 75;
/** Characters of a line before its value. */
export const parametersCharactersMax = 65_536;
export const parametersPerPropertyMax = 256;

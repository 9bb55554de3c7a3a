/** Octets of UTF-8 of a localpart, a domainpart or a resourcepart (RFC 7622 §3.1). */
export const jidPartBytesMax = 1023;

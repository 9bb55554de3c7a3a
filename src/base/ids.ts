import { randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Cryptographically random bytes; the only door to the random source. */
export function randomOctets(count: number): Buffer {
  return randomBytes(count);
}

/** A random token of `bits` (a multiple of 5) in lower-case base32: safe in URLs, file names and IMAP atoms. */
export function randomToken(bits = 130): string {
  const bytes = randomBytes(Math.ceil(bits / 5));
  let token = '';
  for (const byte of bytes) token += base32[byte & 31];
  return token;
}

/** A UUID of version 4 (RFC 9562 §5.4), in lower case. */
export function randomUuid(): string {
  return randomUUID();
}

/** An integer in [0, below). */
export function randomBelow(below: number): number {
  return randomInt(below);
}

/** Compares without telling by time where two values differ. Different lengths answer false. */
export function equalInConstantTime(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

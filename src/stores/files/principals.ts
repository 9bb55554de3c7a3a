import { createHash } from 'node:crypto';

/** Stands for the guests of one link where locks are kept: below zero, so that it is no member's. 48 bits of SHA-256. */
export function guestPrincipal(token: string): number {
  return -1 - createHash('sha256').update(token).digest().readUIntBE(0, 6);
}

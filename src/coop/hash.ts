import { createHash } from 'node:crypto';

/** SHA-256 of parts, one behind the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Of what stands for a person: as many as cannot be tried. */
export const saltOctets = 16;

/** What stands for a person or for an account of theirs, hex: nobody without the salt can tell whose it is. */
export const commitmentOf = (salt: Uint8Array, name: string): string => sha256(salt, name).toString('hex');

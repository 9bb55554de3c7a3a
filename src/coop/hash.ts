import { createHash } from 'node:crypto';
import { randomOctets } from '../base/index.ts';

/** SHA-256 of parts, one behind the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Of what stands for a person: as many as cannot be tried. */
export const saltOctets = 16;

/** A salt for each name: drawn, in one call of the random source; of a demonstration made of its seed. */
export function saltsFor(names: readonly string[], seed: string | undefined): readonly Buffer[] {
  if (seed !== undefined) return names.map((name) => sha256(seed, '\0', name).subarray(0, saltOctets));
  const drawn = randomOctets(saltOctets * names.length);
  return names.map((_, at) => drawn.subarray(at * saltOctets, (at + 1) * saltOctets));
}

/** What stands for a person or for an account of theirs, hex: nobody without the salt can tell whose it is. */
export const commitmentOf = (salt: Uint8Array, name: string): string => sha256(salt, name).toString('hex');

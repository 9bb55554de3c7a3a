import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalInConstantTime } from '../base/index.ts';
import { scramSaltBytes, scramSha1IterationsCount, scramSha256IterationsCount } from './limits.ts';

const derive = promisify(pbkdf2);

/** RFC 5802 and RFC 7677, by the names of the SASL registry. */
export const scramMechanisms = {
  'SCRAM-SHA-1': { digest: 'sha1', bytes: 20, iterations: scramSha1IterationsCount },
  'SCRAM-SHA-256': { digest: 'sha256', bytes: 32, iterations: scramSha256IterationsCount },
} as const;

export type ScramMechanism = keyof typeof scramMechanisms;

export interface ScramKeys {
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** RFC 5802 §3. `password` is prepared (SASLprep); runs on the thread pool. */
export async function scramKeys(
  mechanism: ScramMechanism,
  password: string,
  salt: Buffer,
  iterations: number = scramMechanisms[mechanism].iterations,
): Promise<ScramKeys> {
  const { digest, bytes } = scramMechanisms[mechanism];
  const salted = await derive(password, salt, iterations, bytes, digest);
  const clientKey = createHmac(digest, salted).update('Client Key').digest();
  return {
    iterations,
    storedKey: createHash(digest).update(clientKey).digest(),
    serverKey: createHmac(digest, salted).update('Server Key').digest(),
  };
}

/** `iterations:StoredKey:ServerKey` as RFC 5803 §2 writes them; the salt is the member's. */
export function formatScramKeys(keys: ScramKeys): string {
  return `${keys.iterations}:${keys.storedKey.toString('base64')}:${keys.serverKey.toString('base64')}`;
}

/** Null where nothing is kept, as for a revoked credential. */
export function parseScramKeys(text: string): ScramKeys | null {
  const [iterations, storedKey, serverKey] = text.split(':');
  if (!storedKey || !serverKey) return null;
  return {
    iterations: Number(iterations),
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
}

/** Whether the client's proof shows that it knows the password (RFC 5802 §3); in constant time. */
export function provesScram(
  mechanism: ScramMechanism,
  keys: ScramKeys,
  authMessage: string,
  proof: Buffer,
): boolean {
  const { digest, bytes } = scramMechanisms[mechanism];
  const signature = createHmac(digest, keys.storedKey).update(authMessage).digest();
  const clientKey = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) clientKey[i] = (signature[i] ?? 0) ^ (proof[i] ?? 0);
  const storedKey = createHash(digest).update(clientKey).digest();
  return proof.length === bytes && equalInConstantTime(storedKey, keys.storedKey);
}

/** What shows the client that the server knows its keys. */
export function scramServerSignature(
  mechanism: ScramMechanism,
  keys: ScramKeys,
  authMessage: string,
): Buffer {
  return createHmac(scramMechanisms[mechanism].digest, keys.serverKey).update(authMessage).digest();
}

/** A salt for a name that nobody has, the same each time it is asked for (RFC 5802 §9, information disclosure). */
export function fakeScramSalt(secret: Buffer, name: string): Buffer {
  return createHmac('sha256', secret).update(name).digest().subarray(0, scramSaltBytes);
}

/** Keys that no password fits. */
export function fakeScramKeys(mechanism: ScramMechanism, secret: Buffer, name: string): ScramKeys {
  const { digest, iterations } = scramMechanisms[mechanism];
  const key = (what: string) => createHmac(digest, secret).update(`${what}:${name}`).digest();
  return { iterations, storedKey: key('stored'), serverKey: key('server') };
}

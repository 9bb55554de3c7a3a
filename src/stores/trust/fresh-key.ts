import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { rsaModulusBits } from './limits.ts';
import type { FreshKey } from './scripts/keys.ts';
import type { KeyAlgorithm } from './tables.ts';

const generate = promisify(generateKeyPair);

/** Both algorithms: RSA for those who know no other (RFC 6376 §3.3.1), Ed25519 for those who do (RFC 8463). */
export const algorithms: readonly KeyAlgorithm[] = ['rsa-sha256', 'ed25519-sha256'];

/** A new key, made off the main thread. `day` such as 20261122 tells keys of one domain apart. */
export async function freshKey(algorithm: KeyAlgorithm, day: string): Promise<FreshKey> {
  const pair =
    algorithm === 'rsa-sha256'
      ? await generate('rsa', { modulusLength: rsaModulusBits })
      : await generate('ed25519', {});
  return {
    algorithm,
    selector: `${algorithm === 'rsa-sha256' ? 'rsa' : 'ed'}-${day}`,
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: published(pair.publicKey, algorithm),
  };
}

/** RFC 6376 §3.6.1: SubjectPublicKeyInfo in base64; RFC 8463 §4.2: for Ed25519 the 32 octets of the key alone. */
function published(key: KeyObject, algorithm: KeyAlgorithm): string {
  const info = key.export({ type: 'spki', format: 'der' });
  return (algorithm === 'rsa-sha256' ? info : info.subarray(-32)).toString('base64');
}

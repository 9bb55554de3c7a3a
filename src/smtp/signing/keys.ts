import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Recent } from '../../base/index.ts';
import type { SigningKey, TrustStore } from '../../stores/trust/index.ts';
import { keysHeldMax } from './limits.ts';

/** A key that signs, ready to. */
export interface ReadyKey extends SigningKey {
  readonly key: KeyObject;
}

/** The keys of our domains, read from their text once. */
export class Keys {
  readonly #trust: TrustStore;
  readonly #ready = new Recent<number, ReadyKey>(2 * keysHeldMax);

  constructor(trust: TrustStore) {
    this.#trust = trust;
  }

  /** Of a domain of ours; made where it has none yet. StoreError. */
  async of(domain: string): Promise<readonly ReadyKey[]> {
    let keys = await this.#trust.signingKeys(domain);
    if (keys.length === 0) {
      await this.#trust.ensureKeys(domain);
      keys = await this.#trust.signingKeys(domain);
    }
    return keys.map((key) => this.#import(key));
  }

  #import(key: SigningKey): ReadyKey {
    const held = this.#ready.get(key.id);
    if (held) return held;
    const ready = { ...key, key: createPrivateKey(key.privateKey) };
    this.#ready.set(key.id, ready);
    return ready;
  }
}

import { createHmac, createSecretKey } from 'node:crypto';
import { type Clock, randomOctets } from '../base/index.ts';
import { loginCacheEntriesMax, loginCacheMs } from './limits.ts';
import type { Member, Scope } from './types.ts';

interface Entry {
  readonly credential: number;
  /** The member's own password. */
  readonly own: boolean;
  readonly until: number;
  lastUsed: number;
}

/**
 * Successful logins of the last half hour, in memory only. The key of an entry names the member, the version and the
 * scope beside an HMAC of the password under a key of this process: another member's entry cannot be hit, and any
 * change of a credential misses (THREATS 12).
 */
export class LoginCache {
  readonly #key = createSecretKey(randomOctets(32));
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #entriesMax: number;

  constructor(clock: Clock, entriesMax = loginCacheEntriesMax) {
    this.#clock = clock;
    this.#entriesMax = entriesMax;
  }

  /** What stands for a password in the memory of this process. */
  digest(password: string): string {
    return createHmac('sha256', this.#key).update(password).digest('base64');
  }

  /** The key of a member's login; `digest` is the password's. */
  keyOf(member: Pick<Member, 'id' | 'version'>, scope: Scope, digest: string): string {
    return `${member.id}:${member.version}:${scope}:${digest}`;
  }

  get(key: string): Entry | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    if (entry.until <= this.#clock.monotonicMs()) return null;
    this.#entries.set(key, entry);
    return entry;
  }

  /** `lastUsed`: ms since 1970, as it is stored. The entry asked for longest ago gives way. */
  remember(
    key: string,
    { credential, own, lastUsed }: Pick<Entry, 'credential' | 'own' | 'lastUsed'>,
  ): Entry {
    const entry = { credential, own, lastUsed, until: this.#clock.monotonicMs() + loginCacheMs };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#entriesMax) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  get size(): number {
    return this.#entries.size;
  }
}

import { createHmac } from 'node:crypto';
import { type Hasher, Throttle } from '../../../accounts/index.ts';
import { type Clock, Recent, randomOctets, StoreError } from '../../../base/index.ts';
import { limits } from '../sharing/limits.ts';
import type { LinkRow } from './scripts.ts';

/**
 * Passwords of links. A link that is not there costs as much as one that is; guesses are throttled by link and
 * address, and one that was right lately costs an HMAC alone.
 */
export class LinkPasswords {
  readonly #hasher: Hasher;
  readonly #throttle: Throttle;
  readonly #key = randomOctets(32);
  readonly #known = new Recent<string, true>(limits.knownPasswordsMax * 2);

  constructor(hasher: Hasher, clock: Clock) {
    this.#hasher = hasher;
    this.#throttle = new Throttle(clock);
  }

  /** A PHC string. */
  async hash(password: string): Promise<string> {
    const phc = await this.#hasher.hash(password);
    if (phc === undefined) throw busy();
    return phc;
  }

  async check(token: string, link: LinkRow | null, password: string, remote: string): Promise<boolean> {
    if (link?.password === '') return true;
    const seal = this.#seal(link?.password ?? '', password);
    if (link && this.#known.get(seal)) return true;
    const waitMs = this.#throttle.begin(remote, token);
    if (waitMs > 0)
      throw new StoreError('limit', 'too many wrong passwords; wait a little', { retryAfterMs: waitMs });
    let right: boolean | undefined;
    try {
      right = await this.#hasher.verify(link?.password ?? this.#hasher.decoy, password);
    } finally {
      const failed = right === undefined ? 'void' : 'failed';
      this.#throttle.settle(remote, token, right && link ? 'succeeded' : failed);
    }
    if (right === undefined) throw busy();
    if (!right || !link) return false;
    this.#known.set(seal, true);
    return true;
  }

  #seal(phc: string, password: string): string {
    return createHmac('sha256', this.#key).update(phc).update('\0').update(password).digest('base64');
  }
}

function busy(): StoreError {
  return new StoreError('unavailable', 'too many passwords are being checked; try again', {
    retryAfterMs: 2_000,
  });
}

import { createHash } from 'node:crypto';
import { type Clock, randomToken } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { operations } from './module.ts';
import type { PushStore, Registration } from './types.ts';

export interface PushStoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** In place of the limit, for tests. */
  readonly registrationsPerMemberMax?: number;
}

/** As its row is. */
type Row = Omit<Registration, 'contentDepth' | 'expiresMs'> & {
  readonly contentDepth: number;
  readonly expires: number;
};

const shown = ({ contentDepth, expires: expiresMs, ...row }: Row): Registration => ({
  ...row,
  contentDepth: contentDepth === 0 || contentDepth === 1 ? contentDepth : null,
  expiresMs,
});

export function createPushStore({ database, clock, ...options }: PushStoreOptions): PushStore {
  const max = options.registrationsPerMemberMax ?? limits.registrationsPerMemberMax;
  return {
    async register({ contentDepth, expiresMs: expires, ...wish }) {
      const fresh = randomToken(limits.tokenBits);
      const token = await database.call(operations.register, {
        ...wish,
        token: fresh,
        digest: createHash('sha256').update(wish.resource).digest('base64url'),
        contentDepth: contentDepth ?? -1,
        expires,
        now: clock.nowMs(),
        max,
      });
      return { token, created: token === fresh };
    },
    async find(token) {
      const row = await database.call(operations.find, { token, now: clock.nowMs() });
      return row && shown(row);
    },
    async *of(account, place) {
      for (let after = ''; ; ) {
        const args = { account, place, after, now: clock.nowMs() };
        const page = await database.call(operations.page, args);
        const last = page.at(-1);
        if (!last) return;
        yield page.map(shown);
        if (page.length < limits.pageRowsMax) return;
        after = last.token;
      }
    },
    remove: (token) => database.call(operations.drop, { token }),
    removeOf: (account, place) => database.call(operations.dropOf, { account, place }),
    erase: (member) => database.call(operations.erase, { member }),
    purge: () => database.call(operations.dropEnded, { now: clock.nowMs() }),
  };
}

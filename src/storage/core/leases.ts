import { type Clock, randomToken } from '../../base/index.ts';
import type { Database, Lease, Leases } from '../database.ts';
import { coreOperations } from './module.ts';

/** Leases kept in the database, so that of several processes only one runs a job. */
export function createLeases(call: Database['call'], clock: Clock): Leases {
  return {
    async acquire(name, ttlMs) {
      const holder = randomToken(80);
      const now = clock.nowMs();
      const taken = await call(coreOperations.takeLease, { name, holder, now, expires: now + ttlMs });
      if (!taken) return null;
      const lease: Lease = {
        name,
        // Never taken anew: another holder may have come and gone since.
        renew: () => call(coreOperations.renewLease, { name, holder, expires: clock.nowMs() + ttlMs }),
        release: () => call(coreOperations.releaseLease, { name, holder }),
      };
      return lease;
    },
  };
}

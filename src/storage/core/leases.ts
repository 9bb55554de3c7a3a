import { type Clock, randomToken } from '../../base/index.ts';
import type { Database, Lease, Leases } from '../database.ts';
import { coreOperations } from './module.ts';

/** Leases kept in the database, so that of several processes only one runs a job. */
export function createLeases(call: Database['call'], clock: Clock): Leases {
  return {
    async acquire(name, ttlMs) {
      const holder = randomToken(80);
      const take = () => {
        const now = clock.nowMs();
        return call(coreOperations.takeLease, { name, holder, now, expires: now + ttlMs });
      };
      if (!(await take())) return null;
      const lease: Lease = {
        name,
        renew: take,
        release: () => call(coreOperations.releaseLease, { name, holder }),
      };
      return lease;
    },
  };
}

import type { Clock } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import type { Most } from './doors/checks.ts';
import { devices, pushes, tokens } from './doors/clients.ts';
import { invites, uploads } from './doors/links.ts';
import { policies, queue } from './doors/servers.ts';
import { limits } from './limits.ts';
import { registrationsOperations as operations } from './module.ts';
import type { Registrations } from './types.ts';

export interface RegistrationsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** In place of the limits, for tests. */
  readonly most?: Most;
}

export function createRegistrations({ database, clock, most = {} }: RegistrationsOptions): Registrations {
  const over = { database, clock, most: { ...limits, ...most } };
  return {
    push: pushes(over),
    tokens: tokens(over),
    devices: devices(over),
    invites: invites(over),
    uploads: uploads(over),
    queue: queue(over),
    policies: policies(over),
    retain: (account, living) => database.call(operations.retainClients, { account, living: [...living] }),
    async erase(member) {
      if (member <= 0) return;
      while (await database.call(operations.erase, { account: member }));
    },
    purge: () => database.call(operations.purge, { now: clock.nowMs() }),
  };
}

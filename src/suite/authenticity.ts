import type { Resolver } from '../net/index.ts';
import type { Metrics } from '../observability/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type Checks, createChecks } from '../smtp/index.ts';

/** Who looks at mail from other servers, as `mail.checks` asks for it. */
export function openChecks(rooms: Rooms, resolver: Resolver, metrics: Metrics): Checks {
  return createChecks({
    resolver,
    hostname: rooms.settings.value.coop.hostname,
    clock: rooms.clock,
    metrics,
    settings: () => rooms.settings.value.mail.checks,
    observer: null,
    sealer: null,
  });
}

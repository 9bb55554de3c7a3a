import { type Api, openApi } from '../coop/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type OpenDoor, type SessionOf, webAddress } from '../web/index.ts';
import type { Observers } from './observers.ts';

/** `/api/v1` over the rooms of the co-op. */
export function openApiOf(
  { coop, accounts, database, clock, settings }: Rooms,
  { log, metrics }: Observers,
  open: readonly OpenDoor[],
  sessionOf: SessionOf,
): Api {
  return openApi({
    ...{ coop, database, clock, metrics, sessionOf },
    accounts: accounts.accounts,
    log: log.child({ protocol: 'http' }),
    origin: () => webAddress(settings.value, '', open),
  });
}

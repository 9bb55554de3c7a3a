import { createAskOutward, parseNetworks, type Resolver } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type DavExtension, Pushes, type PushesHouse, PushKeys, pushExtension } from '../webdav/index.ts';
import type { Observers } from './observers.ts';

const keysOf = ({ trust }: Rooms) => new PushKeys(() => trust.secret('push'));
const networksOf = ({ settings }: Rooms) => parseNetworks(settings.value.push.networks);

/** Where devices register, for the DAV door; nothing where no devices are told. */
export function openPush(rooms: Rooms): readonly DavExtension[] {
  const { settings, collections, accounts, push } = rooms;
  if (settings.value.push.devices === 'nobody') return [];
  return [
    pushExtension({
      push,
      collections,
      accounts: accounts.accounts,
      keys: keysOf(rooms),
      networks: () => networksOf(rooms),
    }),
  ];
}

/** Tells devices while the server runs. `instead`: for tests. */
export function startPushes(
  rooms: Rooms,
  resolver: Resolver,
  { log, metrics }: Pick<Observers, 'log' | 'metrics'>,
  instead: Partial<PushesHouse> = {},
): Pushes {
  const { settings, collections, accounts, push, clock } = rooms;
  const pushes = new Pushes({
    push,
    collections,
    accounts: accounts.accounts,
    keys: keysOf(rooms),
    clock,
    log: log.child({ protocol: 'dav' }),
    metrics,
    ask: createAskOutward({ resolver, allowed: () => networksOf(rooms) }),
    contact: () => settings.value.push.contact ?? `mailto:postmaster@${settings.value.coop.domain}`,
    ...instead,
  });
  if (settings.value.push.devices === 'everybody') pushes.start();
  return pushes;
}

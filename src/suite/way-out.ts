import { networkInterfaces } from 'node:os';
import { createGetHttps, isPublicAddress, type Resolver } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { createRouter, createTlsPolicies, type Router, type TlsPolicies } from '../smtp/index.ts';
import type { OpenDoor } from './doors.ts';
import type { Observers } from './observers.ts';

/** Where mail goes, and how TLS must be there. */
export interface WayOut {
  readonly router: Router;
  readonly policies: TlsPolicies;
}

/**
 * Routes and TLS policies as the settings want them. `open` is read for each route: our own MX doors. Who names name servers
 * may have hosts of a private network in them; the system's, and whoever answers it, may not (THREATS 15).
 */
export function openWayOut(
  { settings, clock, policies }: Rooms,
  resolver: Resolver,
  { log }: Pick<Observers, 'log'>,
  open: () => readonly OpenDoor[],
): WayOut {
  const privateAddresses = () => settings.value.mail.resolver !== 'system';
  const common = { resolver, ipv6: hasIpv6, log: log.child({ protocol: 'smtp' }) };
  return {
    router: createRouter({
      ...common,
      isOurs: (address, port) => open().some((door) => standsAt(door, address, port)),
      settings: () => {
        const { coop, mail } = settings.value;
        return {
          hostname: coop.hostname,
          relay: mail.relay,
          port: mail.port,
          privateAddresses: privateAddresses(),
        };
      },
    }),
    policies: createTlsPolicies({
      ...common,
      https: createGetHttps(),
      cache: policies,
      clock,
      privateAddresses,
    }),
  };
}

const everywhere = new Set(['0.0.0.0', '::']);

function standsAt(door: OpenDoor, address: string, port: number): boolean {
  if (door.door !== 'smtp' || door.port !== port) return false;
  return everywhere.has(door.host) ? ownAddresses().includes(address) : door.host === address;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}

function hasIpv6(): boolean {
  return ownAddresses().some((address) => address.includes(':') && isPublicAddress(address));
}

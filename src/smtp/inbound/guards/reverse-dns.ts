import { isPublicAddress } from '../../../net/index.ts';
import { namesPerAddressMax, unconfirmedPointsCount, unnamedPointsCount } from './limits.ts';
import type { LookUps } from './look-ups.ts';
import { octetsOf } from './network-of.ts';
import { type Guard, pass, suspicious, unknown, type Verdict } from './types.ts';

/** A server's address has a name, and the name leads back to it (RFC 1912 §2.1). Points only: many honest ones have none. */
export function reverseDns(lookUps: LookUps): Guard {
  return {
    name: 'reverse-dns',
    connect: ({ address }) => (isPublicAddress(address) ? look(lookUps, address) : pass),
  };
}

async function look(lookUps: LookUps, address: string): Promise<Verdict> {
  const { resolver } = lookUps;
  const names = await lookUps.ask(resolver.ptr(address));
  if (names === 'trouble') return unknown;
  if (names.length === 0) return suspicious(unnamedPointsCount);
  const isIpv6 = address.includes(':');
  const found = await Promise.all(
    names
      .slice(0, namesPerAddressMax)
      .map((name) => lookUps.ask(isIpv6 ? resolver.aaaa(name) : resolver.a(name))),
  );
  const wanted = octetsOf(address)?.join('.');
  const confirmed = found.some(
    (addresses) => addresses !== 'trouble' && addresses.some((one) => octetsOf(one)?.join('.') === wanted),
  );
  if (confirmed) return pass;
  return found.includes('trouble') ? unknown : suspicious(unconfirmedPointsCount);
}

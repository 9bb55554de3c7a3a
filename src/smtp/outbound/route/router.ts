import { randomBelow } from '../../../base/index.ts';
import {
  addressFamily,
  type DnsAnswer,
  DnsError,
  isPublicAddress,
  type MxRecord,
  type Resolver,
} from '../../../net/index.ts';
import { type Addresses, addressesOf } from './addresses.ts';
import { exchangersMax } from './limits.ts';
import type { Hop, Route, Router } from './types.ts';

/** The server of the settings that takes all mail. */
export interface RelayServer {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
}

export interface RouteSettings {
  /** How we call ourselves: an exchanger of this name is us. */
  readonly hostname: string;
  readonly relay: RelayServer | null;
  /** Of remote exchangers; 25 but in tests. */
  readonly port: number;
  /** Whether exchangers may have addresses that are not of the internet (THREATS 15): where name servers were named. */
  readonly privateAddresses: boolean;
}

export interface RouterOptions {
  readonly resolver: Resolver;
  /** Asked for each route, so that the settings may change. */
  readonly settings: () => RouteSettings;
  /** Whether our own MX door stands there. */
  readonly isOurs: (address: string, port: number) => boolean;
  /** Whether this machine has IPv6 to the internet: then it is tried first. */
  readonly ipv6: () => boolean;
  /** An integer in [0, below), for equal exchangers. */
  readonly random?: (below: number) => number;
}

/** Where mail goes (RFC 5321 §5.1): the relay of the settings, or the exchangers of the domain. */
export function createRouter(options: RouterOptions): Router {
  const finder = { ...options, random: options.random ?? randomBelow };
  return {
    async route(domain) {
      const settings = options.settings();
      if (settings.relay !== null) return relayRoute(settings.relay);
      if (domain.startsWith('[')) return literalRoute(domain, settings, finder);
      return exchangersOf(domain, settings, finder);
    },
  };
}

type Finder = RouterOptions & { readonly random: (below: number) => number };

const never = (status: string, reason: string): Route => ({ kind: 'never', status, reason });
const later = (domain: string): Route => ({
  kind: 'later',
  status: '4.4.3',
  reason: `The name servers do not tell where mail for ${domain} goes`,
});

function relayRoute({ host, port, implicitTls, credentials }: RelayServer): Route {
  // The system finds the others, by its hosts file too; nobody else may say where this machine is (RFC 6761 §6.3).
  const addresses = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  const hop: Hop = {
    host,
    port,
    addresses,
    secure: false,
    relay: true,
    implicitTls,
    credentials: credentials ?? null,
  };
  return { kind: 'hops', hops: [hop], viaRelay: true };
}

// RFC 5321 §4.1.3
function literalRoute(literal: string, settings: RouteSettings, { isOurs }: Finder): Route {
  const address = /^\[(?:IPv6:)?([\da-f.:]+)\]$/i.exec(literal)?.[1]?.toLowerCase() ?? '';
  if (addressFamily(address) === 0) return never('5.1.2', `${literal} is no address of a host`);
  if (isOurs(address, settings.port)) return never('5.4.6', `Mail for ${literal} would come back here`);
  if (!settings.privateAddresses && !isPublicAddress(address)) {
    return never('5.4.4', `${literal} is not an address of the internet`);
  }
  return { kind: 'hops', hops: [hopOf(literal, settings, [address], false)], viaRelay: false };
}

function hopOf(host: string, { port }: RouteSettings, addresses: readonly string[], secure: boolean): Hop {
  return { host, port, addresses, secure, relay: false, implicitTls: false, credentials: null };
}

async function exchangersOf(domain: string, settings: RouteSettings, finder: Finder): Promise<Route> {
  let answer: DnsAnswer<MxRecord>;
  try {
    answer = await finder.resolver.mx(domain);
  } catch (error) {
    if (error instanceof DnsError && error.failure === 'nxdomain')
      return never('5.1.2', `${domain} does not exist`);
    return later(domain);
  }
  const named = answer.records.filter(({ exchange }) => exchange !== '');
  // RFC 7505 §3
  if (answer.records.length > 0 && named.length === 0) return never('5.1.10', `${domain} takes no mail`);
  // §5.1: a domain without MX is its own exchanger, and an alias stands for what it leads to.
  const implicit = answer.records.length === 0;
  const records = implicit ? [{ preference: 0, exchange: answer.name }] : inOrder(named, finder.random);
  return fromRecords(domain, records, answer.secure, settings, finder);
}

/** By preference, equal ones as chance has it. */
function inOrder(records: readonly MxRecord[], random: (below: number) => number): MxRecord[] {
  const shuffled = [...records];
  for (let left = shuffled.length - 1; left > 0; left--) {
    const other = random(left + 1);
    const [a, b] = [shuffled[left], shuffled[other]];
    if (a && b) [shuffled[left], shuffled[other]] = [b, a];
  }
  return shuffled.sort((a, b) => a.preference - b.preference);
}

interface Exchanger {
  readonly record: MxRecord;
  readonly found: Addresses;
}

async function fromRecords(
  domain: string,
  records: readonly MxRecord[],
  secure: boolean,
  settings: RouteSettings,
  finder: Finder,
): Promise<Route> {
  const first = new Map<string, MxRecord>();
  for (const record of records) if (!first.has(record.exchange)) first.set(record.exchange, record);
  const exchangers = await Promise.all(
    [...first.values()].slice(0, exchangersMax).map(async (record): Promise<Exchanger> => {
      return { record, found: await addressesOf(record.exchange, finder, settings.privateAddresses) };
    }),
  );
  // §5.1: where we are one of them, those that are no better than us would send it back.
  const ours = Math.min(
    ...records
      .filter(({ exchange }) => exchange === settings.hostname.toLowerCase())
      .map(({ preference }) => preference),
    ...exchangers
      .filter(({ found }) => found.addresses.some((address) => finder.isOurs(address, settings.port)))
      .map(({ record }) => record.preference),
  );
  const better = exchangers.filter(({ record }) => record.preference < ours);
  if (better.length === 0) return never('5.4.6', `Mail for ${domain} would come back here`);
  const hops = better
    .filter(({ found }) => found.addresses.length > 0)
    .map(({ record, found }) => hopOf(record.exchange, settings, found.addresses, secure && found.secure));
  if (hops.length > 0) return { kind: 'hops', hops, viaRelay: false };
  if (better.some(({ found }) => found.failed)) return later(domain);
  if (better.some(({ found }) => found.inside)) {
    return never('5.4.4', `Mail for ${domain} leads to addresses that are not of the internet`);
  }
  return never('5.4.4', `No host of ${domain} has an address`);
}

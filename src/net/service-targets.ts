import { randomBelow } from '../base/index.ts';
import { normalAddress } from './address.ts';
import { DnsError, type Resolver, type SrvRecord } from './dns/index.ts';
import { serviceHostsMax } from './limits.ts';
import type { DialTarget } from './outgoing.ts';

/** Where a service of a domain is announced (RFC 2782), and how it is spoken there. */
export interface ServiceLabel {
  /** `_xmpp-server._tcp` */
  readonly label: string;
  readonly tls: DialTarget['tls'];
  readonly alpn?: string;
}

export interface ServiceQuestion {
  /** In A-labels. */
  readonly domain: string;
  /** Their records are mixed by priority and weight (XEP-0368 §3). */
  readonly services: readonly ServiceLabel[];
  /** For a domain without such records: this port of its own host (RFC 6120 §3.2.2). */
  readonly otherwise: { readonly port: number; readonly tls: DialTarget['tls'] };
  /** Addresses that may be gone to; the rest are left out (THREATS 15). Default all. */
  readonly allow?: (address: string) => boolean;
}

interface Host extends Pick<DialTarget, 'tls' | 'alpn' | 'port'> {
  readonly host: string;
}

/**
 * Every address of a service in the order in which they are to be tried: by priority, within it by chance as the weights
 * say, and of one host the families in turn, IPv6 first (RFC 8305 §4). Empty where the domain says that it has no such
 * service, or its hosts have no address. Rejects with DnsError where the DNS does not answer.
 */
export async function serviceTargets(resolver: Resolver, question: ServiceQuestion): Promise<DialTarget[]> {
  const { domain, services, otherwise, allow = () => true } = question;
  const found = await Promise.all(
    services.map(async ({ label, ...how }) => {
      const records = await none(resolver.srv(`${label}.${domain}`));
      return records.map((record) => ({ ...record, ...how }));
    }),
  );
  const records = found.flat();
  const hosts: Host[] =
    records.length === 0
      ? [{ host: domain, ...otherwise }]
      : inOrder(records)
          // RFC 2782: a target of `.` says that there is no such service.
          .filter(({ target }) => target !== '')
          .slice(0, serviceHostsMax)
          .map(({ target, port, tls, alpn }) => ({ host: target, port, tls, ...(alpn ? { alpn } : {}) }));
  const looked = await Promise.allSettled(
    hosts.map(async (host) => {
      const [four, six] = await Promise.all([none(resolver.a(host.host)), none(resolver.aaaa(host.host))]);
      return inTurn(six, four)
        .map(normalAddress)
        .filter(allow)
        .map((address): DialTarget => ({ ...host, address }));
    }),
  );
  const targets = looked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const failed = looked.find((one) => one.status === 'rejected');
  // One host that cannot be found leaves the others.
  if (targets.length === 0 && failed) throw failed.reason;
  return targets;
}

/** A name that is not there has no records; every other failure is one. */
async function none<T>(answer: Promise<{ readonly records: readonly T[] }>): Promise<readonly T[]> {
  try {
    return (await answer).records;
  } catch (error) {
    if (error instanceof DnsError && error.failure === 'nxdomain') return [];
    throw error;
  }
}

/** RFC 2782: lowest priority first; within one each is drawn with the chance that its weight has among those left. */
export function inOrder<T extends SrvRecord>(records: readonly T[], below = randomBelow): T[] {
  const ordered: T[] = [];
  for (const priority of [...new Set(records.map((one) => one.priority))].sort((a, b) => a - b)) {
    // Those of weight 0 first, so that they have a small chance among others.
    const left = records.filter((one) => one.priority === priority).sort((a, b) => a.weight - b.weight);
    while (left.length > 0) {
      const sum = left.reduce((total, { weight }) => total + weight, 0);
      let rest = below(sum + 1);
      const at = left.findIndex(({ weight }) => {
        rest -= weight;
        return rest <= 0;
      });
      ordered.push(...left.splice(Math.max(0, at), 1));
    }
  }
  return ordered;
}

function inTurn<T>(first: readonly T[], second: readonly T[]): T[] {
  const longest = Math.max(first.length, second.length);
  return Array.from({ length: longest }, (_, at) => [first[at], second[at]])
    .flat()
    .filter((one) => one !== undefined);
}

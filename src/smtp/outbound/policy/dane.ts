import { DnsError, type Resolver, type TlsaRecord } from '../../../net/index.ts';
import type { Hop } from '../route/types.ts';
import { tlsaRecordsMax } from './limits.ts';
import type { DaneRecord } from './types.ts';

/** What the DNS says of a host's certificate. */
export type DaneFinding =
  /** Nothing, or nothing that DNSSEC vouches for. */
  | { readonly kind: 'none' }
  /** `records` are those of use; `text` is all that was said, for reports. */
  | {
      readonly kind: 'records';
      readonly records: readonly DaneRecord[];
      readonly text: readonly string[];
      readonly base: string;
    }
  /** It was to be found out, and could not be: an attack looks the same (RFC 7672 §2.1.2). */
  | { readonly kind: 'failed' };

/** TLSA records of a host that DNSSEC vouches for (RFC 7672 §2.2). Never rejects. */
export async function daneOf(hop: Hop, resolver: Resolver): Promise<DaneFinding> {
  // Without a resolver that validates nothing is secure, and DANE is off.
  if (!hop.secure || hop.host.startsWith('[')) return { kind: 'none' };
  const led = await aliasOf(hop.host, resolver);
  // §2.2.2: where an alias leads first, then the name itself.
  for (const base of new Set([led, hop.host])) {
    const found = await tlsaAt(`_${hop.port}._tcp.${base}`, resolver);
    if (found === 'failed') return { kind: 'failed' };
    if (found.length === 0) continue;
    return { kind: 'records', records: found.filter(isOfUse), text: found.map(textOf), base };
  }
  return { kind: 'none' };
}

/** The resolver remembers: this was asked for a moment ago, for the addresses. */
async function aliasOf(host: string, resolver: Resolver): Promise<string> {
  try {
    return (await resolver.a(host)).name;
  } catch {
    return host;
  }
}

async function tlsaAt(name: string, resolver: Resolver): Promise<readonly TlsaRecord[] | 'failed'> {
  try {
    const { records, secure } = await resolver.tlsa(name);
    return secure ? records.slice(0, tlsaRecordsMax) : [];
  } catch (error) {
    return error instanceof DnsError && error.failure === 'nxdomain' ? [] : 'failed';
  }
}

const digestBytes = { 1: 32, 2: 64 } as const;

// RFC 7672 §3.1.3: usages 0 and 1 are of no use between mail servers. RFC 7671 §10.1.1: nor is a cut digest.
function isOfUse(record: TlsaRecord): record is TlsaRecord & DaneRecord {
  const { usage, selector, matching, data } = record;
  if ((usage !== 2 && usage !== 3) || (selector !== 0 && selector !== 1)) return false;
  if (matching === 0) return data.length > 0;
  return (matching === 1 || matching === 2) && data.length === digestBytes[matching];
}

function textOf({ usage, selector, matching, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matching} ${data.toString('hex')}`;
}

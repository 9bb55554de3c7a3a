import { DnsError, type Resolver } from '../../net/index.ts';
import { recordsOf } from './ask.ts';

export interface SpfJudgement {
  readonly address: string;
  readonly result: string;
  readonly comment: string;
  readonly lookUps: number;
}

/** What receivers make of mail from each address of `host` in the name of `sender` (RFC 7208 §4). */
export async function judgeSpf(sender: string, host: string, resolver: Resolver): Promise<SpfJudgement[]> {
  const addresses = [...(await recordsOf(resolver.a(host))), ...(await recordsOf(resolver.aaaa(host)))];
  if (addresses.length === 0) return [];
  // Loaded by whom asks only: it brings more than a server needs at start.
  const { spf } = await import('mailauth/lib/spf/index.js');
  return Promise.all(
    addresses.map(async (address) => {
      const { status, lookups } = await spf({
        ip: address,
        helo: host,
        sender,
        mta: host,
        strict: true,
        resolver: (name: string, type: string) => resolve(resolver, name, type),
      });
      return { address, result: status.result, comment: status.comment ?? '', lookUps: lookups?.count ?? 0 };
    }),
  );
}

/** The resolver as Node's `resolve` answers and fails. */
async function resolve(resolver: Resolver, name: string, type: string): Promise<never> {
  const answers = await asked(resolver, name, type).catch((error: unknown) => {
    if (!(error instanceof DnsError)) throw error;
    const code = error.failure === 'nxdomain' ? 'ENOTFOUND' : 'ETIMEOUT';
    throw Object.assign(new Error(error.message), { code });
  });
  if (answers.length === 0) throw Object.assign(new Error(`${name} has no ${type}`), { code: 'ENODATA' });
  return answers as never;
}

async function asked(resolver: Resolver, name: string, type: string): Promise<readonly unknown[]> {
  switch (type) {
    case 'TXT':
      return (await resolver.txt(name)).records.map((text) => [text]);
    case 'A':
      return (await resolver.a(name)).records;
    case 'AAAA':
      return (await resolver.aaaa(name)).records;
    case 'MX':
      return (await resolver.mx(name)).records.map(({ preference, exchange }) => ({
        priority: preference,
        exchange,
      }));
    case 'PTR':
      return (await resolver.ptr(name)).records;
    default:
      throw new Error(`SPF asked for ${type}`);
  }
}

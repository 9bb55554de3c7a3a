import { FormatError } from '../../base/index.ts';
import { areRelated, formatMailbox, parseMailbox } from '../../formats/address/index.ts';
import type { Resolver } from '../../net/index.ts';
import { destinationsMax } from './limits.ts';

/** The mail addresses among URIs such as `mailto:a@b!10m`; the size asked for is beyond what we send. */
export function mailAddresses(uris: readonly string[]): string[] {
  const found = new Set<string>();
  for (const uri of uris) {
    if (!/^mailto:/i.test(uri)) continue;
    try {
      const text = decodeURIComponent(uri.slice('mailto:'.length).replace(/[!?].*$/s, ''));
      found.add(formatMailbox(parseMailbox(text)));
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof URIError)) throw error;
    }
  }
  return [...found].slice(0, destinationsMax);
}

/**
 * Those that want reports about `domain`: an address elsewhere must say so in the DNS, or anybody could have others
 * flooded (RFC 7489 §7.1, RFC 9990 §4).
 */
export async function willingAddresses(
  addresses: readonly string[],
  domain: string,
  resolver: Resolver,
): Promise<string[]> {
  const willing: string[] = [];
  for (const address of addresses) {
    const at = address.slice(address.lastIndexOf('@') + 1);
    if (areRelated(at, domain) || (await says(resolver, `${domain}._report._dmarc.${at}`)))
      willing.push(address);
  }
  return willing;
}

async function says(resolver: Resolver, name: string): Promise<boolean> {
  const answer = await resolver.txt(name).catch(() => null);
  return answer?.records.some((record) => /^v\s*=\s*DMARC1\s*(;|$)/.test(record)) ?? false;
}

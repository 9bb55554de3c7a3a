import { type DnsAnswer, DnsError, isPublicAddress, type Resolver } from '../../../net/index.ts';
import { addressesPerHostMax } from './limits.ts';

/** What a host's name leads to. */
export interface Addresses {
  /** In the order in which to try them. */
  readonly addresses: readonly string[];
  /** DNSSEC vouches for all of them. */
  readonly secure: boolean;
  /** Nothing is known now: the host may have some. */
  readonly failed: boolean;
  /** It has some, of a network that is not the internet. */
  readonly inside: boolean;
}

export interface AddressFinder {
  readonly resolver: Resolver;
  readonly ipv6: () => boolean;
}

/** Never rejects. */
export async function addressesOf(
  host: string,
  { resolver, ipv6 }: AddressFinder,
  privateToo: boolean,
): Promise<Addresses> {
  const [four, six] = await Promise.all([outcomeOf(resolver.a(host)), outcomeOf(resolver.aaaa(host))]);
  const none = { addresses: [], secure: false, inside: false };
  const answers = [four, six].filter((one) => one !== 'failed');
  const secure = answers.length > 0 && answers.every((one) => one.secure);
  // RFC 7672 §2.1.2: half an answer of a signed zone is what somebody would leave of it who wants us to forget the rest.
  if (answers.length === 0 || (answers.length === 1 && secure)) return { ...none, failed: true };
  const found = ipv6()
    ? interleaved(recordsOf(six), recordsOf(four))
    : [...recordsOf(four), ...recordsOf(six)];
  const usable = found.filter((address) => privateToo || isPublicAddress(address));
  return {
    addresses: usable.slice(0, addressesPerHostMax),
    secure,
    failed: usable.length === 0 && answers.length === 1,
    inside: usable.length < found.length,
  };
}

type Outcome = DnsAnswer<string> | 'failed';

/** A name that does not exist has no addresses, and the answer says whether that is sure. */
function outcomeOf(question: Promise<DnsAnswer<string>>): Promise<Outcome> {
  return question.catch((error: unknown) => {
    const gone = error instanceof DnsError && error.failure === 'nxdomain';
    return gone ? { records: [], secure: error.secure, name: '' } : 'failed';
  });
}

function recordsOf(outcome: Outcome): readonly string[] {
  return outcome === 'failed' ? [] : outcome.records;
}

/** RFC 8305 §4: one of each family in turn, so that a broken one costs one try. */
function interleaved(first: readonly string[], second: readonly string[]): string[] {
  const longer = Math.max(first.length, second.length);
  return Array.from({ length: longer }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((address) => address !== undefined);
}

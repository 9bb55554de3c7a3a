import { isIP } from 'node:net';
import { DnsError, type Resolver } from '../dns/index.ts';
import { isPublicAddress, type Networks } from '../networks.ts';
import { askAddress } from './ask-address.ts';
import type { WholeAnswer } from './whole-answer.ts';

export interface OutwardRequest {
  /** As a member named it: http or https. It is judged, and so is wherever it leads. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** How many redirects are followed; each target is judged again. */
  readonly redirectsMax: number;
  /** For all of it. */
  readonly msMax: number;
  readonly answerBytesMax: number;
  /** Absent: http too. */
  readonly httpsOnly?: boolean;
}

/** Where it must not go, or cannot: `message` is for whoever named the address, and tells nothing of what is there. */
export class OutwardError extends Error {
  override readonly name = 'OutwardError';
}

export type AskOutward = (request: OutwardRequest) => Promise<WholeAnswer>;

export interface OutwardOptions {
  readonly resolver: Pick<Resolver, 'a' | 'aaaa'>;
  /** Addresses that are not public and may be asked all the same. */
  allowed(): Networks;
  /** PEM, trusted in place of the system's roots. */
  readonly authority?: string;
}

const ports = new Set([80, 443]);
const portMin = 1_024;

/**
 * Requests to addresses that members name (THREATS 15): every address of the name must be public, the connection goes to
 * the one that was judged, redirects are judged again, and time and size are bounded.
 */
export function createAskOutward({ resolver, allowed, authority }: OutwardOptions): AskOutward {
  const judge = async (host: string): Promise<string> => {
    const bare = bareHost(host);
    const addresses = isIP(bare) === 0 ? await addressesOf(resolver, bare) : [bare];
    const networks = allowed();
    const [first] = addresses;
    if (first === undefined) throw new OutwardError('the name has no address');
    if (addresses.some((address) => !isPublicAddress(address) && !networks.contains(address)))
      throw new OutwardError('the name leads to where nobody is asked');
    return first;
  };
  return async (wish) => {
    const signal = AbortSignal.timeout(wish.msMax);
    let url = readUrl(wish.url, wish.httpsOnly ?? false);
    for (let left = wish.redirectsMax; ; left--) {
      const address = await judge(url.hostname);
      const answer = await once(wish, url, address, signal, authority);
      const { location } = answer.headers;
      if (
        ![301, 302, 303, 307, 308].includes(answer.status) ||
        location === undefined ||
        wish.method !== 'GET'
      )
        return answer;
      if (left <= 0) throw new OutwardError(`it leads on more than ${wish.redirectsMax} times`);
      if (!URL.canParse(location, url.href)) throw new OutwardError('it leads to what is no address');
      url = readUrl(new URL(location, url).href, wish.httpsOnly ?? url.protocol === 'https:');
    }
  };
}

/** An address of IPv6 stands in brackets in a URL. */
const bareHost = (host: string) => host.replace(/^\[|\]$/g, '');

/** Throws OutwardError. */
function readUrl(text: string, httpsOnly: boolean): URL {
  if (!URL.canParse(text)) throw new OutwardError('that is no address');
  const url = new URL(text);
  if (url.protocol !== 'https:' && (httpsOnly || url.protocol !== 'http:'))
    throw new OutwardError(httpsOnly ? 'the address is not https' : 'the address is neither http nor https');
  if (url.username !== '' || url.password !== '') throw new OutwardError('the address has a password in it');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (!ports.has(port) && port < portMin) throw new OutwardError('no calendar is at that port');
  return url;
}

async function addressesOf(
  { a, aaaa }: OutwardOptions['resolver'],
  host: string,
): Promise<readonly string[]> {
  const found = await Promise.all([recordsOf(a(host)), recordsOf(aaaa(host))]);
  return found.flat();
}

async function recordsOf(question: ReturnType<Resolver['a']>): Promise<readonly string[]> {
  try {
    return (await question).records;
  } catch (error) {
    if (error instanceof DnsError && error.failure === 'nxdomain') return [];
    throw new OutwardError('the name could not be looked up');
  }
}

async function once(
  { method, headers = {}, body, answerBytesMax, msMax }: OutwardRequest,
  url: URL,
  address: string,
  signal: AbortSignal,
  authority: string | undefined,
): Promise<WholeAnswer> {
  const secure = url.protocol === 'https:';
  try {
    return await askAddress({
      secure,
      host: bareHost(url.hostname),
      address,
      port: Number(url.port || (secure ? 443 : 80)),
      path: url.pathname + url.search,
      method,
      headers,
      body,
      signal,
      answerBytesMax,
      authority,
    });
  } catch (error) {
    if (signal.aborted) throw new OutwardError(`no answer within ${msMax} ms`);
    throw new OutwardError(
      error instanceof Error && error.message.startsWith('the answer')
        ? error.message
        : 'it could not be reached',
    );
  }
}

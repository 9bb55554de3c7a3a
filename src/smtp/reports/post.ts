import type { GetHttps, Resolver } from '../../net/index.ts';
import { addressesOf } from '../outbound/route/addresses.ts';
import { destinationsMax, postAnswerBytesMax, postMs } from './limits.ts';

export interface PostOptions {
  readonly https: GetHttps;
  readonly resolver: Resolver;
  /** Whether a name may lead into a network that is not the internet (THREATS 15). */
  readonly privateAddresses: () => boolean;
}

/** The web addresses among URIs. */
export function webAddresses(uris: readonly string[]): URL[] {
  const found: URL[] = [];
  for (const uri of uris) {
    const url = URL.parse(uri);
    if (url?.protocol === 'https:' && url.username === '' && url.password === '') found.push(url);
  }
  return found.slice(0, destinationsMax);
}

/** RFC 8460 §5.4: a report by POST; whether it was taken. Never rejects. */
export async function postReport(url: URL, bytes: Buffer, options: PostOptions): Promise<boolean> {
  const finder = { resolver: options.resolver, ipv6: () => false };
  const { addresses } = await addressesOf(url.hostname, finder, options.privateAddresses());
  if (addresses.length === 0) return false;
  try {
    const { status } = await options.https({
      host: url.hostname,
      addresses,
      port: url.port === '' ? 443 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      msMax: postMs,
      answerBytesMax: postAnswerBytesMax,
      post: { type: 'application/tlsrpt+gzip', bytes },
    });
    return status >= 200 && status < 300;
  } catch {
    return false;
  }
}

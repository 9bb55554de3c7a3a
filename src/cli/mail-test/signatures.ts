import { messageOf } from '../../base/index.ts';
import { DnsError, type Resolver } from '../../net/index.ts';
import type { SigningRecord } from '../../stores/trust/index.ts';
import type { Finding } from './steps.ts';

/** Whether our signatures on a message hold: by our own keys, and by what the DNS says of them. */
export async function judgeSignatures(
  message: Buffer,
  domain: string,
  keys: readonly SigningRecord[],
  resolver: Resolver,
): Promise<Finding> {
  const own = await verdicts(message, domain, async (name) => {
    const key = keys.find((one) => one.name === name.toLowerCase());
    if (key === undefined) throw Object.assign(new Error(`${name} is not ours`), { code: 'ENOTFOUND' });
    return [[key.value]];
  });
  if (own.length === 0) throw new Error(`the message has no signature of ${domain}`);
  const broken = own.filter(({ result }) => result !== 'pass');
  if (broken.length > 0) throw new Error(`broken by our own key: ${broken.map(shown).join(', ')}`);
  const published = await verdicts(message, domain, async (name) => {
    try {
      return (await resolver.txt(name)).records.map((text) => [text]);
    } catch (error) {
      const gone = error instanceof DnsError && error.failure === 'nxdomain';
      throw Object.assign(new Error(messageOf(error)), { code: gone ? 'ENOTFOUND' : 'ETIMEOUT' });
    }
  });
  const names = own.map(shown).join(', ');
  const unproven = published.filter(({ result }) => result !== 'pass');
  if (unproven.length === 0) return `${names}, by the keys in the DNS`;
  const why = unproven
    .map((one) => `${one.selector} ${one.result}${one.comment && ` (${one.comment})`}`)
    .join(', ');
  return {
    state: 'warning',
    said: `${names}, by our own keys; by those in the DNS: ${why}: see myco dns check`,
  };
}

interface SignatureVerdict {
  readonly selector: string;
  readonly algorithm: string;
  readonly result: string;
  readonly comment: string;
}

const shown = ({ selector, algorithm, result }: SignatureVerdict) => `${selector} (${algorithm}) ${result}`;

async function verdicts(
  message: Buffer,
  domain: string,
  resolver: (name: string) => Promise<string[][]>,
): Promise<SignatureVerdict[]> {
  // Loaded by who asks only: it brings more than a server needs at start.
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const { results } = await dkimVerify(message, { resolver: resolver as never });
  return results
    .filter(({ signingDomain }) => signingDomain === domain)
    .map(({ selector, algo, status }) => ({
      selector: selector ?? '',
      algorithm: algo ?? '',
      result: status.result,
      comment: status.comment ?? '',
    }));
}

import type { CaaRecord, Resolver } from '../../../net/index.ts';
import { listed, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind } from '../types.ts';

/** What authorities that give certificates for nothing are called in CAA. */
const authorities: readonly (readonly [RegExp, string])[] = [
  [/Let's Encrypt/i, 'letsencrypt.org'],
  [/ZeroSSL|Sectigo/i, 'sectigo.com'],
  [/Google Trust Services/i, 'pki.goog'],
  [/Buypass/i, 'buypass.com'],
];

/** RFC 8659 §3: the records of the name itself, else of the nearest name above it. */
async function relevant(
  name: string,
  resolver: Resolver,
): Promise<{ at: string; records: readonly CaaRecord[] }> {
  for (let at = name; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) {
    const records = await recordsOf(resolver.caa(at));
    if (records.length > 0) return { at, records };
  }
  return { at: name, records: [] };
}

function issuerOf(issuer: string | undefined): string | undefined {
  return authorities.find(([pattern]) => pattern.test(issuer ?? ''))?.[1];
}

export const caa: RecordKind = {
  name: 'CAA',
  rfc: 8659,
  purpose: 'who may make certificates for the server',
  need: 'optional',
  scope: 'host',
  records(host, { certificate }) {
    const value = issuerOf(certificate?.leaf.issuer);
    return value === undefined ? [] : [{ name: host, type: 'CAA', flags: 0, tag: 'issue', value }];
  },
  async check(host, { certificate }, { resolver }) {
    const { at, records } = await relevant(host, resolver);
    const say = verdicts('optional', at);
    const issue = records.filter(({ tag }) => tag === 'issue').map(({ value }) => value);
    if (issue.length === 0)
      return [say.missing('any authority may make certificates', 'name the one you use')];
    const used = issuerOf(certificate?.leaf.issuer);
    if (used !== undefined && !issue.some((value) => value.split(';')[0]?.trim() === used))
      return [
        say.wrong(
          `allows ${listed(issue)}; the certificate in use is from ${used}, which could not renew it`,
          `add: CAA 0 issue "${used}"`,
        ),
      ];
    return [say.ok(`allows ${listed(issue)}`)];
  },
};

import { recordsOf, verdicts } from '../ask.ts';
import type { RecordKind, Verdict } from '../types.ts';

const prefixes = ['autoconfig', 'autodiscover'] as const;

/** Names under which Thunderbird, K-9 and Outlook look for the settings of a domain. */
export const discovery: RecordKind = {
  name: 'autoconfig',
  rfc: 6186,
  purpose: 'programs that set themselves up',
  need: 'recommended',
  scope: 'domain',
  records: (domain, { hostname }) =>
    prefixes.map((prefix) => ({ name: `${prefix}.${domain}`, type: 'CNAME', target: hostname })),
  async check(domain, { hostname }, { resolver }) {
    const server = new Set([
      ...(await recordsOf(resolver.a(hostname))),
      ...(await recordsOf(resolver.aaaa(hostname))),
    ]);
    return Promise.all(
      prefixes.map(async (prefix): Promise<Verdict> => {
        const name = `${prefix}.${domain}`;
        const say = verdicts('recommended', name);
        const found = [...(await recordsOf(resolver.a(name))), ...(await recordsOf(resolver.aaaa(name)))];
        const publish = `publish: ${name}. CNAME ${hostname}.`;
        if (found.length === 0) return say.missing('programs do not find the settings there', publish);
        if (!found.some((one) => server.has(one)))
          return say.wrong(`leads to ${found.join(', ')}, not to ${hostname}`, publish);
        return say.ok(`leads to ${hostname}`);
      }),
    );
  },
};

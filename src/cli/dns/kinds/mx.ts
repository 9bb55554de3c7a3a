import { listed, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind } from '../types.ts';

const preference = 10;

export const mx: RecordKind = {
  name: 'MX',
  rfc: 5321,
  purpose: 'which server takes the mail of the domain',
  need: 'required',
  scope: 'domain',
  records: (domain, { hostname }) => [{ name: domain, type: 'MX', preference, target: hostname }],
  async check(domain, { hostname }, { resolver }) {
    const say = verdicts('required', domain);
    const publish = `publish: ${domain}. MX ${preference} ${hostname}.`;
    const found = await recordsOf(resolver.mx(domain));
    if (found.length === 0) return [say.missing('nobody is named who takes its mail', publish)];
    const hosts = [...found].sort((a, b) => a.preference - b.preference).map(({ exchange }) => exchange);
    // RFC 7505
    if (hosts.includes('')) return [say.wrong('says that the domain takes no mail (null MX)', publish)];
    if (!hosts.includes(hostname)) return [say.wrong(`mail goes to ${listed(hosts)}`, publish)];
    const others = hosts.filter((host) => host !== hostname);
    if (others.length === 0) return [say.ok(`mail goes to ${hostname}`)];
    return [
      say.warning(
        `mail goes to ${listed(hosts)}`,
        `fine where ${listed(others)} hands on what it takes for you; else remove it`,
      ),
    ];
  },
};

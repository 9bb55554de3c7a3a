import { isPublicAddress } from '../../../net/index.ts';
import { listed, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind } from '../types.ts';

/** Where the hostname leads. Also asked by other kinds. */
export const address: RecordKind = {
  name: 'address',
  rfc: 5321,
  purpose: 'where the server is reached',
  need: 'required',
  scope: 'host',
  records: (host, { addresses }) =>
    addresses.map((one) => ({ name: host, type: one.includes(':') ? 'AAAA' : 'A', address: one })),
  async check(host, { addresses }, { resolver }) {
    const say = verdicts('required', host);
    const alias = await recordsOf(resolver.cname(host));
    // RFC 2181 §10.3: the name in an MX record is no alias.
    if (alias.length > 0)
      return [say.wrong(`is an alias of ${alias[0]}`, 'give the name A and AAAA records of its own')];
    const found = [...(await recordsOf(resolver.a(host))), ...(await recordsOf(resolver.aaaa(host)))];
    if (found.length === 0)
      return [say.missing('has no address', 'publish an A record, and AAAA where there is IPv6')];
    const inner = found.filter((one) => !isPublicAddress(one));
    if (inner.length > 0)
      return [
        say.wrong(`leads to ${listed(inner)}, which nobody outside can reach`, 'publish public addresses'),
      ];
    if (addresses.length > 0 && !found.some((one) => addresses.includes(one)))
      return [
        say.warning(
          `leads to ${listed(found)}; this machine has ${listed(addresses)}`,
          'right where something in front of this machine hands connections on; else change the record',
        ),
      ];
    return [say.ok(`leads to ${listed(found)}`)];
  },
};

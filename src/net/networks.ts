import { BlockList, isIP } from 'node:net';
import { FormatError } from '../base/index.ts';
import { normalAddress } from './address.ts';

/** A set of addresses written as CIDR blocks or single addresses. */
export interface Networks {
  contains(address: string): boolean;
}

/** Refuses what is not `192.0.2.0/24`, `2001:db8::/32` or an address. */
export function parseNetworks(blocks: readonly string[]): Networks {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits, ...more] = block.split('/');
    const family = isIP(address);
    const bitsMax = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? bitsMax : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || more.length > 0 || !(prefix <= bitsMax)) {
      throw new FormatError(`'${block}' is not an address or a CIDR block such as 192.0.2.0/24`);
    }
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    contains(address) {
      const normal = normalAddress(address);
      const family = isIP(normal);
      return family !== 0 && list.check(normal, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/** What is not reached from everywhere (RFC 6890 and the IANA registries of special-purpose addresses). */
const special = parseNetworks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/** Whether an address is one of the internet: neither private nor loopback, link-local, multicast nor reserved (THREATS 15). */
export function isPublicAddress(address: string): boolean {
  return isIP(normalAddress(address)) !== 0 && !special.contains(address);
}

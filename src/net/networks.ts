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

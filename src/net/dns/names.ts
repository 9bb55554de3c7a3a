import { isIP } from 'node:net';
import { ipv6Bytes } from '../address.ts';
import { nameBytesMax } from './limits.ts';

/**
 * A name as questions have it: lower-case, without its final dot. Null for what cannot be asked for: other scripts
 * (they are asked for by their A-labels), spaces, empty or too long labels (RFC 1035 §2.3.4). Underscores are names
 * of the DNS (RFC 8552).
 */
export function dnsName(text: string): string | null {
  const bare = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  if (bare.length === 0 || bare.length > nameBytesMax - 2) return null;
  return bare.split('.').every((label) => /^[!-[\]-~]{1,63}$/.test(label)) ? bare : null;
}

/** RFC 1035 §3.5, RFC 3596 §2.5; null for what is no address. */
export function reverseName(address: string): string | null {
  const family = isIP(address);
  if (family === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  if (family !== 6 || address.includes('%')) return null;
  const nibbles = ipv6Bytes(address).toString('hex');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}

/** RFC 5952: no leading zeros, the longest run of zero groups as `::`. `bytes` are sixteen. */
export function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  if (best.start < 0) return groups.join(':');
  const head = groups.slice(0, best.start).join(':');
  return `${head}::${groups.slice(best.start + best.length).join(':')}`;
}

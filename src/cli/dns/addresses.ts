import { networkInterfaces } from 'node:os';
import { parseNetworks } from '../../net/index.ts';

/** What is not reached from everywhere (IANA special-purpose registries, RFC 6890). */
const inner = parseNetworks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]);

export function isPublicAddress(address: string): boolean {
  return !inner.contains(address);
}

/** Public addresses that this machine has itself. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.map(({ address }) => address).filter((address) => isPublicAddress(address));
}

/** RFC 1035 §3.5, RFC 3596 §2.5. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [left = '', right] = address.split('::', 2);
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const middle = new Array<string>(8 - head.length - tail.length).fill('0');
  const digits = [...head, ...middle, ...tail].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

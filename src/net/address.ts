import { isIP } from 'node:net';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** `::ffff:192.0.2.1` is an IPv4 client of a dual-stack socket: one client, one name. Zone ids are dropped. */
export function normalAddress(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const zone = address.indexOf('%');
  return (zone < 0 ? address : address.slice(0, zone)).toLowerCase();
}

/** 4 or 6; 0 for what is no address. */
export function addressFamily(text: string): 0 | 4 | 6 {
  return isIP(text) as 0 | 4 | 6;
}

/** What connections are counted by: the IPv4 address, or the /64 that one IPv6 customer holds. */
export function addressKey(address: string): string {
  const normal = normalAddress(address);
  if (isIP(normal) !== 6) return normal;
  return `${ipv6Groups(normal)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight 16-bit groups of a valid IPv6 address (RFC 4291 §2.2). */
function ipv6Groups(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? `${address.slice(0, dotted.index)}${hexPair(dotted[1], dotted[2])}:${hexPair(dotted[3], dotted[4])}`
    : address;
  const [left = '', right] = text.split('::', 2);
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** The 16 bytes of a valid IPv6 address. */
export function ipv6Bytes(address: string): Buffer {
  return Buffer.from(ipv6Groups(address).flatMap((group) => [group >> 8, group & 255]));
}

function hexPair(high: string | undefined, low: string | undefined): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}

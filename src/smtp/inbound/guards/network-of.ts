/** The octets of an IPv4 or IPv6 address; null for anything else. A zone (`%eth0`) is not looked at. */
export function octetsOf(address: string): readonly number[] | null {
  const [plain = ''] = address.split('%');
  if (!plain.includes(':')) return ipv4(plain);
  const halves = plain.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map(groups);
  if (head === null || tail === null) return null;
  const gap = 16 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 2) return null;
  return [...head, ...new Array<number>(gap).fill(0), ...tail];
}

function ipv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.map(Number);
}

function groups(text: string): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  for (const group of text.split(':')) {
    if (group.includes('.')) {
      const last = ipv4(group);
      if (last === null) return null;
      octets.push(...last);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 255);
    }
  }
  return octets;
}

/** The /24 or /64 of an address, as a key. */
export function networkOf(address: string): string {
  const octets = octetsOf(address);
  if (octets === null) return address;
  return octets.slice(0, octets.length === 4 ? 3 : 8).join('.');
}

/** RFC 5782 §2.1 and §2.4: the name to look up in a list; null for what is no address. */
export function reversedName(address: string): string | null {
  const octets = octetsOf(address);
  if (octets === null) return null;
  if (octets.length === 4) return octets.toReversed().join('.');
  const digits = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return [...digits].toReversed().join('.');
}

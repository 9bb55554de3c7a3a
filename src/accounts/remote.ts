/**
 * What stands for a client's place in the net: an IPv4 address, or the /64 of an IPv6 one, which is what a single
 * customer can choose from. Anything else stands for itself.
 */
export function remoteKey(remote: string): string {
  const [bare = ''] = remote.toLowerCase().split('%');
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(bare);
  if (mapped?.[1]) return mapped[1];
  if (!bare.includes(':')) return bare.slice(0, 64);
  const groups = expandGroups(bare);
  return groups === null ? bare.slice(0, 64) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address without leading zeroes, the last two of a dotted one left as they are. */
function expandGroups(address: string): string[] | null {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return null;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const dotted = (after.at(-1) ?? before.at(-1) ?? '').includes('.') ? 1 : 0;
  const missing = 8 - dotted - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const groups = [...before, ...new Array<string>(missing).fill('0'), ...after];
  if (groups.some((group) => !/^(?:[0-9a-f]{1,4}|[\d.]{7,15})$/.test(group))) return null;
  return groups.map((group) => (group.includes('.') ? group : group.replace(/^0+(?=.)/, '')));
}

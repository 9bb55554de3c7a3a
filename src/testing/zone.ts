import type { TestDns, TestDnsName } from './dns.ts';

/** A record as `myco dns show --json` prints it. */
export interface ShownRecord {
  readonly name: string;
  readonly type: string;
  readonly data: string;
}

/** Puts what `myco dns show` prints into the name server; `more` of each name, such as `secure`. */
export function publishShown(
  dns: TestDns,
  shown: readonly ShownRecord[],
  more: Partial<TestDnsName> = {},
): void {
  const zone = new Map<string, Record<string, unknown>>();
  const put = (name: string, key: string, value: unknown) => {
    const at = zone.get(name) ?? {};
    zone.set(name, at);
    at[key] = [...((at[key] as unknown[] | undefined) ?? []), value];
  };
  for (const { name, type, data } of shown) {
    const words = data.split(' ');
    const [first = '', second = '', , fourth = ''] = words;
    const numbers = words.slice(0, 3).map(Number);
    if (type === 'A') put(name, 'a', first);
    else if (type === 'AAAA') put(name, 'aaaa', first);
    else if (type === 'TXT')
      put(
        name,
        'txt',
        [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((part) => part[1]),
      );
    else if (type === 'MX') put(name, 'mx', [Number(first), withoutDot(second)]);
    else if (type === 'SRV') put(name, 'srv', [...numbers, withoutDot(fourth)]);
    else if (type === 'TLSA') put(name, 'tlsa', [...numbers, Buffer.from(fourth, 'hex')]);
    else if (type === 'CNAME') zone.set(name, { cname: withoutDot(first) });
  }
  for (const [name, records] of zone) dns.set(name, { ...(records as TestDnsName), ...more });
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}

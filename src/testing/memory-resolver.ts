import { type DnsAnswer, DnsError, type DnsFailure, type Resolver, type SrvRecord } from '../net/index.ts';

/** What a name has: answers by type, or why there is none for any type. 'silent' never answers. */
export interface MemoryName {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly mx?: readonly { preference: number; exchange: string }[];
  readonly txt?: readonly string[];
  readonly srv?: readonly SrvRecord[];
  readonly fails?: DnsFailure | 'silent';
}

export interface MemoryResolver extends Resolver {
  /** Every question, as `TYPE name`. */
  readonly questions: string[];
  set(name: string, records: MemoryName): void;
}

/** A resolver without a network, for those who ask and not for what is asked. Unknown names do not exist. */
export function memoryResolver(zones: Readonly<Record<string, MemoryName>> = {}): MemoryResolver {
  const names = new Map(Object.entries(zones));
  const questions: string[] = [];
  async function find<T>(type: string, asked: string, read: (found: MemoryName) => readonly T[] | undefined) {
    const name = asked.toLowerCase().replace(/\.$/, '');
    questions.push(`${type} ${name}`);
    const found = names.get(name);
    if (found?.fails === 'silent') return new Promise<DnsAnswer<T>>(() => {});
    if (found?.fails) throw new DnsError(found.fails, `${type} ${name}`);
    const below = [...names.keys()].some((other) => other.endsWith(`.${name}`));
    if (!found && !below) throw new DnsError('nxdomain', `${type} ${name}`);
    return { records: (found && read(found)) ?? [], secure: false, name };
  }
  return {
    questions,
    set: (name, records) => void names.set(name, records),
    a: (name) => find('A', name, ({ a }) => a),
    aaaa: (name) => find('AAAA', name, ({ aaaa }) => aaaa),
    mx: (name) => find('MX', name, ({ mx }) => mx),
    txt: (name) => find('TXT', name, ({ txt }) => txt),
    cname: (name) => find('CNAME', name, () => []),
    ns: (name) => find('NS', name, () => []),
    srv: (name) => find('SRV', name, ({ srv }) => srv),
    tlsa: (name) => find('TLSA', name, () => []),
    caa: (name) => find('CAA', name, () => []),
    ptr: (address) => find('PTR', address, () => []),
    close: () => {},
  };
}

import { type DnsAnswer, DnsError, type Resolver } from '../../../net/index.ts';

/** What the DNS said: records, that there are none, or nothing of use. */
export type Found<T> = readonly T[] | 'trouble';

/** Questions of guards. None rejects. */
export class LookUps {
  readonly resolver: Resolver;
  #answering = false;

  constructor(resolver: Resolver) {
    this.resolver = resolver;
  }

  /** Whether the last question was answered in time: then it is worth waiting a moment for the next. */
  get answering(): boolean {
    return this.#answering;
  }

  async ask<T>(question: Promise<DnsAnswer<T>>): Promise<Found<T>> {
    try {
      const { records } = await question;
      this.#answering = true;
      return records;
    } catch (error) {
      const failure = error instanceof DnsError ? error.failure : 'malformed';
      this.#answering = failure !== 'timeout';
      return failure === 'nxdomain' ? [] : 'trouble';
    }
  }

  /** Whether a name is on a list (RFC 5782 §2.1, §2.3). */
  async listed(name: string, zone: string): Promise<boolean | 'trouble'> {
    const found = await this.ask(this.resolver.a(`${name}.${zone}`));
    if (found === 'trouble') return found;
    // A list that answers with anything else is gone, or was taken over; 127.255.255.x says that we may not ask.
    if (found.some((address) => address.startsWith('127.255.255.'))) return 'trouble';
    return found.some((address) => address.startsWith('127.'));
  }
}

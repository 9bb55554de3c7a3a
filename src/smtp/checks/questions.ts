import { DnsError, type Resolver } from '../../net/index.ts';
import { keyCharsMax } from './limits.ts';
import type { Ask } from './mailauth.ts';

/** What `node:dns` calls our failures. */
const codes = {
  nxdomain: 'ENOTFOUND',
  servfail: 'ESERVFAIL',
  refused: 'EREFUSED',
  timeout: 'ETIMEOUT',
  malformed: 'EBADRESP',
} as const;

class AnswerError extends Error {
  readonly code: string;

  constructor(code: string, question: string) {
    super(`${question}: ${code}`);
    this.code = code;
  }
}

/**
 * DNS questions of one message: a bounded number of them, each name and type asked once, and all over when time is.
 * What strangers name and what the author's domain is asked for do not share one.
 */
export class Questions {
  readonly #resolver: Resolver;
  readonly #max: number;
  readonly #asked = new Map<string, Promise<readonly unknown[]>>();
  readonly #over: Promise<never>;
  #expire: () => void = () => {};
  #expired = false;
  #ranOut = false;

  constructor(resolver: Resolver, max: number) {
    this.#resolver = resolver;
    this.#max = max;
    this.#over = new Promise((_, reject) => {
      this.#expire = () => reject(new AnswerError('ETIMEOUT', 'no time is left'));
    });
    this.#over.catch(() => {});
  }

  /** Whoever waits is told that there was no answer, and so is who asks from now on. */
  expire(): void {
    this.#expired = true;
    this.#expire();
  }

  /** How many were asked. */
  get count(): number {
    return this.#asked.size;
  }

  /** Whether something was not asked because our own bounds were reached, whatever its name servers would say. */
  get ranOut(): boolean {
    return this.#ranOut;
  }

  /** What was answered in time stays known when time is over. */
  readonly ask: Ask = async (name, type) => {
    const question = `${name.toLowerCase()} ${type}`;
    let answer = this.#asked.get(question);
    if (answer === undefined) {
      if (this.#expired || this.#asked.size >= this.#max) {
        this.#ranOut = true;
        throw new AnswerError(this.#expired ? 'ETIMEOUT' : 'EREFUSED', question);
      }
      answer = this.#look(name, type, question);
      answer.catch(() => {});
      this.#asked.set(question, answer);
    }
    try {
      return await Promise.race([answer, this.#over]);
    } catch (error) {
      // Who asked writes into the error, so each gets one of its own.
      throw new AnswerError(error instanceof AnswerError ? error.code : 'ESERVFAIL', question);
    }
  };

  async #look(name: string, type: string, question: string): Promise<readonly unknown[]> {
    let records: readonly unknown[];
    try {
      records = await this.#records(name, type);
    } catch (error) {
      throw new AnswerError(error instanceof DnsError ? codes[error.failure] : 'ESERVFAIL', question);
    }
    if (records.length === 0) throw new AnswerError('ENODATA', question);
    if (type === 'TXT' && name.includes('._domainkey.')) demandKey(String(records[0]), question);
    return records;
  }

  async #records(name: string, type: string): Promise<readonly unknown[]> {
    const dns = this.#resolver;
    switch (type) {
      case 'TXT':
        return (await dns.txt(name)).records.map((text) => [text]);
      case 'MX':
        return (await dns.mx(name)).records.map(({ preference, exchange }) => ({
          priority: preference,
          exchange,
        }));
      case 'A':
        return (await dns.a(name)).records;
      case 'AAAA':
        return (await dns.aaaa(name)).records;
      case 'CNAME':
        return (await dns.cname(name)).records;
      case 'PTR':
        return (await dns.ptr(addressOf(name))).records;
      default:
        throw new Error(`a check asks for records of type ${type}`);
    }
  }
}

/** A key that is larger than anybody needs costs us time and nobody else anything. */
function demandKey(record: string, question: string): void {
  if (record.replace(/\s+/g, '').length > keyCharsMax) throw new AnswerError('EINVALIDVAL', question);
}

/** `1.2.0.192.in-addr.arpa` to 192.0.2.1, and the same for IPv6 (RFC 3596 §2.5). */
export function addressOf(name: string): string {
  const labels = name.toLowerCase().split('.').slice(0, -2).reverse();
  if (name.toLowerCase().endsWith('.in-addr.arpa')) return labels.join('.');
  return (labels.join('').match(/.{4}/g) ?? []).join(':');
}

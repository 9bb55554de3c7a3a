import { type Clock, Gate, Recent, systemClock } from '../../base/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import { type Believed, Conversation } from './conversation.ts';
import {
  aliasesMax,
  cacheBytesMax,
  failureTtlSeconds,
  negativeTtlSecondsMax,
  questionMsMax,
  questionsAtOnceMax,
  questionsWaitingMax,
  recordsMax,
  ttlSecondsMax,
} from './limits.ts';
import { MalformedMessage, type RecordType, types } from './message.ts';
import { type QuestionCounter, questionCounter } from './metrics.ts';
import { dnsName, reverseName } from './names.ts';
import { negativeTtl, type RecordOf, readRecord, ttlOf } from './records.ts';
import { type NameServer, SystemServers, type TrustedServer } from './servers.ts';
import { type DnsAnswer, DnsError, type DnsFailure, type Resolver } from './types.ts';

export interface ResolverOptions {
  /** `system`: those of /etc/resolv.conf, which is read again when it changes. */
  readonly servers: 'system' | readonly NameServer[];
  /** Whether the AD bit of the servers of a list is believed; default true, for the operator named them. */
  readonly trustAd?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** In place of /etc/resolv.conf. */
  readonly systemFile?: string;
  /** In place of `questionMsMax` and `attemptMs`, for tests with servers that say nothing. */
  readonly patience?: { readonly questionMs: number; readonly attemptMs: number };
}

/** What is known of a question, until when. */
interface Known {
  readonly untilMs: number;
  readonly outcome: DnsAnswer<unknown> | DnsError;
  readonly weight: number;
}

/** A resolver of its own, with its own memory. The caller closes it. */
export function createResolver(options: ResolverOptions): Resolver {
  const stub = new StubResolver(options);
  return {
    mx: (name) => stub.ask(name, 'MX'),
    a: (name) => stub.ask(name, 'A'),
    aaaa: (name) => stub.ask(name, 'AAAA'),
    txt: (name) => stub.ask(name, 'TXT'),
    cname: (name) => stub.ask(name, 'CNAME'),
    ns: (name) => stub.ask(name, 'NS'),
    srv: (name) => stub.ask(name, 'SRV'),
    tlsa: (name) => stub.ask(name, 'TLSA'),
    caa: (name) => stub.ask(name, 'CAA'),
    ptr: (address) => stub.ask(reverseName(address) ?? '', 'PTR'),
    close: () => stub.close(),
  };
}

class StubResolver {
  readonly #clock: Clock;
  readonly #conversation: Conversation;
  readonly #count: QuestionCounter;
  readonly #log: Log | undefined;
  readonly #questionMs: number;
  readonly #gate = new Gate(questionsAtOnceMax, questionsWaitingMax);
  readonly #known = new Recent<string, Known>(cacheBytesMax, ({ weight }) => weight);
  /** Identical questions asked at once are one. */
  readonly #asking = new Map<string, Promise<DnsAnswer<unknown>>>();
  readonly #closed = new AbortController();

  constructor(options: ResolverOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#count = questionCounter(options.metrics);
    this.#questionMs = options.patience?.questionMs ?? questionMsMax;
    this.#conversation = new Conversation({
      servers: serversOf(options, this.#clock),
      clock: this.#clock,
      ...(options.log ? { log: options.log } : {}),
      ...(options.patience ? { attemptMs: options.patience.attemptMs } : {}),
    });
  }

  async ask<Type extends RecordType>(text: string, type: Type): Promise<DnsAnswer<RecordOf[Type]>> {
    const name = dnsName(text);
    // What cannot be a name does not exist.
    if (name === null) throw new DnsError('nxdomain', `${type} of what is no name`);
    const key = `${type} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) {
      this.#count('remembered');
      if (known.outcome instanceof DnsError) throw known.outcome;
      return known.outcome as DnsAnswer<RecordOf[Type]>;
    }
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#find(name, type, key).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return (await asking) as DnsAnswer<RecordOf[Type]>;
  }

  close(): void {
    this.#closed.abort();
    this.#known.clear();
  }

  /** Answers in time, whatever waits: for a turn, for a server. */
  #find(name: string, type: RecordType, key: string): Promise<DnsAnswer<unknown>> {
    const ended = new AbortController();
    const end = () => ended.abort();
    if (this.#closed.signal.aborted) end();
    this.#closed.signal.addEventListener('abort', end, { once: true });
    return new Promise<DnsAnswer<unknown>>((resolve, reject) => {
      const late = () => reject(new DnsError('timeout', key));
      const timer = setTimeout(end, this.#questionMs);
      ended.signal.addEventListener('abort', late, { once: true });
      if (ended.signal.aborted) late();
      this.#gate
        .run(() => this.#resolve(name, type, key, ended.signal))
        .then((answer) => {
          if (answer === undefined) reject(new DnsError('timeout', key));
          else resolve(answer);
        }, reject)
        .finally(() => {
          clearTimeout(timer);
          this.#closed.signal.removeEventListener('abort', end);
        });
    }).catch((error: unknown) => {
      // Whoever asks is promised DnsError; another one is a fault of ours, and no reason to lose mail.
      if (!(error instanceof DnsError)) this.#log?.error('a question to the DNS failed', { error });
      const failure = error instanceof DnsError ? error : new DnsError('malformed', key);
      this.#count(failure.failure);
      throw failure;
    });
  }

  async #resolve(
    name: string,
    type: RecordType,
    key: string,
    ended: AbortSignal,
  ): Promise<DnsAnswer<unknown>> {
    let current = name;
    let secure = true;
    let ttl = ttlSecondsMax;
    const seen = new Set([name]);
    const fail = (failure: DnsFailure, seconds: number, vouched = false): DnsError => {
      const error = new DnsError(failure, key, vouched);
      // One that nobody was asked for is not remembered: the breaker does that.
      if (failure !== 'timeout') this.#remember(key, error, seconds, 0);
      return error;
    };
    for (;;) {
      const said = await this.#conversation.ask(current, type, ended);
      if (typeof said === 'string') throw fail(said, failureTtlSeconds);
      let found: Found;
      try {
        found = readAnswer(said, current, type, seen);
      } catch (error) {
        if (error instanceof MalformedMessage) throw fail('malformed', failureTtlSeconds);
        throw error;
      }
      secure &&= said.secure;
      ttl = Math.min(ttl, found.ttl);
      if (found.kind === 'circle') throw fail('servfail', failureTtlSeconds);
      if (found.kind === 'nxdomain') throw fail('nxdomain', Math.min(ttl, negativeTtlSecondsMax), secure);
      if (found.kind === 'elsewhere') {
        current = found.name;
        continue;
      }
      const answer: DnsAnswer<unknown> = { records: found.records, secure, name: found.name };
      const seconds = found.records.length === 0 ? Math.min(ttl, negativeTtlSecondsMax) : ttl;
      this.#remember(key, answer, seconds, said.message.bytes.length);
      this.#count('answered');
      return answer;
    }
  }

  #remember(key: string, outcome: Known['outcome'], seconds: number, bytes: number): void {
    if (seconds <= 0) return;
    const weight = 500 + 2 * key.length + 4 * bytes;
    this.#known.set(key, { outcome, weight, untilMs: this.#clock.monotonicMs() + seconds * 1000 });
  }
}

interface Found {
  /** `elsewhere`: the chain of aliases leads on, and this server did not follow it. */
  readonly kind: 'records' | 'nxdomain' | 'elsewhere' | 'circle';
  readonly name: string;
  readonly records: readonly unknown[];
  readonly ttl: number;
}

/** What an answer says of a name: its aliases followed as far as they are in it (RFC 1034 §3.6.2). */
function readAnswer({ message }: Believed, asked: string, type: RecordType, seen: Set<string>): Found {
  let name = asked;
  let ttl = ttlSecondsMax;
  const records = message.answers.filter((record) => record.type === types[type]);
  while (type !== 'CNAME') {
    const alias = message.answers.find((record) => record.type === types.CNAME && record.owner === name);
    if (alias === undefined) break;
    ttl = Math.min(ttl, ttlOf(alias));
    name = readRecord(message, 'CNAME', alias);
    if (seen.has(name) || seen.size > aliasesMax || dnsName(name) === null) {
      return { kind: 'circle', name, records: [], ttl };
    }
    seen.add(name);
  }
  const own = records.filter((record) => record.owner === name).slice(0, recordsMax);
  for (const record of own) ttl = Math.min(ttl, ttlOf(record));
  if (own.length > 0) {
    return { kind: 'records', name, records: own.map((record) => readRecord(message, type, record)), ttl };
  }
  // RFC 2308 §2.2: without an SOA record it holds for this time only.
  const denied = negativeTtl(message);
  if (message.rcode === 3) return { kind: 'nxdomain', name, records: [], ttl: Math.min(ttl, denied ?? 0) };
  if (name !== asked && denied === null) return { kind: 'elsewhere', name, records: [], ttl };
  return { kind: 'records', name, records: [], ttl: Math.min(ttl, denied ?? 0) };
}

function serversOf(options: ResolverOptions, clock: Clock): () => Promise<readonly TrustedServer[]> {
  if (options.servers === 'system') {
    const system = new SystemServers(options.systemFile ?? '/etc/resolv.conf', clock, options.log);
    return () => system.current();
  }
  const named = options.servers.map(({ host, port }) => ({
    host,
    port,
    trusted: options.trustAd ?? true,
  }));
  return async () => named;
}

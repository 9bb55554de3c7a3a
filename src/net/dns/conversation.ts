import type { Clock } from '../../base/index.ts';
import type { Log } from '../../observability/index.ts';
import { Breaker } from './breaker.ts';
import { ask, newQuery, type Turn } from './exchange.ts';
import { attemptMs, roundsMax } from './limits.ts';
import { type Message, type RecordType, types } from './message.ts';
import type { TrustedServer } from './servers.ts';
import type { DnsFailure } from './types.ts';

/** An answer of a server: that there is something, or that there is not. */
export interface Believed {
  readonly message: Message;
  readonly secure: boolean;
}

export interface ConversationOptions {
  readonly servers: () => Promise<readonly TrustedServer[]>;
  readonly clock: Clock;
  readonly log?: Log;
  readonly attemptMs?: number;
}

/** The question as the servers hear it: each in turn, round by round, until one answers. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #breaker: Breaker;
  /** The server that answered last is asked first. */
  #first = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#breaker = new Breaker(options.clock);
  }

  /** Never rejects. */
  async ask(name: string, type: RecordType, ended: AbortSignal): Promise<Believed | DnsFailure> {
    const servers = await this.#options.servers();
    if (this.#breaker.open && !(this.#breaker.mayProbe() && (await this.#anybody(servers, ended)))) {
      return 'timeout';
    }
    for (let round = 0; round < roundsMax; round++) {
      const said = await this.#round(servers, name, type, round, ended);
      if (said !== 'timeout') {
        this.#hear();
        return said;
      }
      if (ended.aborted || this.#breaker.open) return 'timeout';
      if (this.#breaker.silence() && !(await this.#anybody(servers, ended))) return 'timeout';
    }
    return 'timeout';
  }

  #hear(): void {
    if (this.#breaker.heard()) this.#options.log?.info('name servers answer again');
  }

  /**
   * Every resolver knows the servers of the root. Who is silent about a stranger's domain may only be waiting for that
   * stranger's servers; who is silent about the root is not there.
   */
  async #anybody(servers: readonly TrustedServer[], ended: AbortSignal): Promise<boolean> {
    const said = await this.#round(servers, '', 'NS', 0, ended);
    if (said !== 'timeout') {
      this.#hear();
      return true;
    }
    if (!this.#breaker.open && !ended.aborted) {
      this.#breaker.trip();
      this.#options.log?.warn('no name server answers');
    }
    return false;
  }

  async #round(
    servers: readonly TrustedServer[],
    name: string,
    type: RecordType,
    round: number,
    ended: AbortSignal,
  ): Promise<Believed | DnsFailure> {
    const msMax = (this.#options.attemptMs ?? attemptMs) * (round === 0 ? 1 : 2);
    const first = this.#first;
    let worst: DnsFailure = 'timeout';
    for (let index = 0; index < servers.length && !ended.aborted; index++) {
      const at = (first + index) % servers.length;
      const server = servers[at];
      if (server === undefined) continue;
      const turn = await turnOf(server, name, type, msMax, ended);
      const verdict = verdictOf(turn);
      if (verdict === 'answer' && typeof turn !== 'string') {
        this.#first = at;
        return { message: turn, secure: server.trusted && turn.authentic };
      }
      if (verdict !== 'answer' && verdict !== 'timeout') worst = verdict;
    }
    return worst;
  }
}

/** A server too old for EDNS says so, or does not understand (RFC 6891 §7). */
async function turnOf(
  server: TrustedServer,
  name: string,
  type: RecordType,
  msMax: number,
  ended: AbortSignal,
): Promise<Turn> {
  const turn = await ask(server, newQuery(name, type, true), msMax, ended);
  if (typeof turn === 'string' || ![1, 4, 16].includes(turn.rcode)) return turn;
  return ask(server, newQuery(name, type, false), msMax, ended);
}

function verdictOf(turn: Turn): 'answer' | DnsFailure {
  if (turn === 'silent') return 'timeout';
  if (turn === 'malformed') return 'malformed';
  if (turn.rcode === 5) return 'refused';
  if (turn.rcode !== 0 && turn.rcode !== 3) return 'servfail';
  // A server that only points to others will not find it out for us.
  const refers = turn.authorities.some((record) => record.type === types.NS);
  const denies = turn.authorities.some((record) => record.type === types.SOA);
  return turn.rcode === 0 && turn.answers.length === 0 && refers && !denies ? 'servfail' : 'answer';
}

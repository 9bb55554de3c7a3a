import { type Member, type SignedIn, standing } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { Connection } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import {
  authFailuresMax,
  batchedReplyBytesMax,
  commandsBetweenMessagesMax,
  errorsMax,
  idleMs,
  talkMsMax,
  unauthenticatedMs,
} from '../limits.ts';
import { replies, replyOfReason } from '../replies.ts';
import { decodeLine, parseCommand } from '../wire/command.ts';
import { closing, encodeReply, type Reply, reply } from '../wire/reply.ts';
import { type Dispatch, dispatchOf } from './dispatch.ts';
import { Input, type Line } from './input.ts';
import type { Door, Services, SessionGuard, Transaction } from './types.ts';

export interface Hello {
  readonly verb: 'HELO' | 'EHLO' | 'LHLO';
  /** As sent: for the trace and the log, never trusted. */
  readonly name: string;
}

/** One connection of one peer, from greeting to 221: state, order of commands, limits. */
export class Session {
  readonly connection: Connection;
  readonly door: Door;
  readonly services: Services;
  readonly input: Input;
  readonly dispatch: Dispatch;
  readonly log: Log;
  readonly guard: SessionGuard | null;
  hello: Hello | null = null;
  transaction: Transaction | null = null;
  /** Messages that reached their end here. */
  messages = 0;
  #signedIn: SignedIn | null = null;
  #authFailures = 0;
  #errors = 0;
  #commands = 0;
  #out = '';
  #over = false;
  #draining = false;
  #waiting = false;
  readonly #startedMs: number;
  #talkingSinceMs: number;

  constructor(connection: Connection, door: Door, services: Services) {
    this.connection = connection;
    this.door = door;
    this.services = services;
    this.input = new Input(connection.stream);
    this.dispatch = dispatchOf(door);
    this.log = services.log.child({
      session: connection.id,
      door: door.name,
      remote: connection.remote.address,
    });
    this.guard = door.guard?.(connection.remote.address) ?? null;
    this.#startedMs = services.clock.monotonicMs();
    this.#talkingSinceMs = this.#startedMs;
  }

  /** Who has signed in. */
  get member(): Member | null {
    return this.#signedIn?.member ?? null;
  }

  /** Resolves when the session is over; never rejects. */
  async run(): Promise<void> {
    this.services.counters.sessions(this.door.name).inc();
    try {
      if (await this.#greet()) await this.#converse();
      await this.flush();
    } catch (error) {
      this.log.error('smtp session failed', { error });
      this.#send(closing(replies.localError));
      await this.flush();
    } finally {
      this.guard?.end();
      this.resetTransaction();
      this.input.detach();
      this.connection.close();
    }
  }

  /** The server goes down: an idle session is told now, another one after its transaction. */
  drain(): void {
    this.#draining = true;
    this.guard?.end();
    if (this.#waiting && this.transaction === null) this.input.stop();
  }

  /** Whether replies to pipelined commands wait; they leave before we wait for anything. */
  async flush(): Promise<void> {
    if (this.#out === '') return;
    const text = this.#out;
    this.#out = '';
    if (!this.connection.write(text)) await this.connection.drain();
  }

  /** An answer in the middle of a command: 334, 354, 220 before TLS. */
  async answer(interim: Reply): Promise<void> {
    this.#send(interim);
    await this.flush();
  }

  /** A line that is no command: the client's part of an AUTH exchange. Null ends the exchange. */
  async continuation(): Promise<string | null> {
    const line = await this.#nextLine();
    if (line.kind === 'line') return decodeLine(line.bytes);
    if (line.kind === 'end' || line.kind === 'timeout' || line.kind === 'endless') this.#ended(line.kind);
    return null;
  }

  /** Forgets the transaction and gives up what was begun with it. */
  resetTransaction(): void {
    this.transaction?.chunks?.content.abandon();
    this.transaction = null;
  }

  /** RFC 3207 §4.2: after the handshake nothing said before it counts. */
  restart(): void {
    this.resetTransaction();
    this.hello = null;
    this.#signedIn = null;
    this.input.restart(this.connection.stream);
  }

  authenticated(signedIn: SignedIn): void {
    this.#signedIn = signedIn;
    this.connection.authenticated();
  }

  /** Whether what signed in still does; the member is as of now after that. Rejects with StoreError. */
  async isStillSignedIn(): Promise<boolean> {
    const before = this.#signedIn;
    if (before === null) return false;
    const member = await standing(this.services.accounts, before);
    if (member === null) return false;
    this.#signedIn = { ...before, member };
    // RFC 7662 §2.2: a token opens nothing after its end, nor keeps open what it opened.
    return this.services.clock.nowMs() < (before.expiresAtMs ?? Number.POSITIVE_INFINITY);
  }

  authFailed(refusal: Reply): Reply {
    this.#authFailures++;
    return this.#authFailures >= authFailuresMax ? replies.tooManyAuthFailures : refusal;
  }

  /** A message reached its end: the counters that bound idle talk start again. */
  messageDone(): void {
    this.messages++;
    this.progressed();
  }

  /** A good part of a message came: this was no idle talk. */
  progressed(): void {
    this.#commands = 0;
    this.#talkingSinceMs = this.services.clock.monotonicMs();
  }

  async #greet(): Promise<boolean> {
    const { hostname } = this.services.settings;
    if (this.door.privilege === null) this.connection.authenticated();
    if (this.#draining) return this.#refuse(replies.draining);
    const unwelcome = this.guard?.connect() ?? null;
    if (unwelcome) return this.#refuse(unwelcome);
    if (this.door.greetingDelayMs > 0) {
      // RFC 5321 §4.3.1: a client waits for the greeting; what cannot wait is no mail server.
      const heard = await this.input.chunk(this.door.greetingDelayMs);
      if (heard === 'end') return false;
      if (heard !== 'timeout') return this.#refuse(replies.earlyTalker);
    }
    this.#send(reply(220, null, `${hostname} ${this.door.lmtp ? 'LMTP' : 'ESMTP'} ready`));
    return true;
  }

  #refuse(refusal: Reply): false {
    this.log.info('smtp session refused', { code: refusal.code });
    this.#send(refusal);
    return false;
  }

  async #converse(): Promise<void> {
    while (!this.#over) {
      if (this.#draining && this.transaction === null) {
        this.#send(replies.draining);
        return;
      }
      if (!this.input.hasLine || this.#out.length > batchedReplyBytesMax) await this.flush();
      const line = await this.#nextLine();
      if (line.kind === 'end' && this.#draining && this.transaction === null) continue;
      if (line.kind === 'end' || line.kind === 'timeout' || line.kind === 'endless') this.#ended(line.kind);
      else for (const answer of await this.#command(line)) this.#send(answer);
    }
  }

  async #nextLine(): Promise<Line> {
    this.#waiting = true;
    try {
      return await this.input.line(this.#patienceMs());
    } finally {
      this.#waiting = false;
    }
  }

  #patienceMs(): number {
    const now = this.services.clock.monotonicMs();
    const isKnown = this.door.privilege === null || this.member !== null;
    const left = isKnown
      ? Math.min(idleMs, this.#talkingSinceMs + talkMsMax - now)
      : this.#startedMs + unauthenticatedMs - now;
    return Math.max(1, left);
  }

  #ended(kind: 'end' | 'timeout' | 'endless'): void {
    this.#over = true;
    if (kind === 'timeout') {
      const impatient = this.door.privilege !== null && this.member === null;
      this.#send(impatient ? replies.unauthenticatedTooLong : replies.idle);
    } else if (kind === 'endless') this.#send(replies.endless);
  }

  async #command(line: Line): Promise<readonly Reply[]> {
    if (++this.#commands > commandsBetweenMessagesMax) return [replies.tooManyCommands];
    const answers = await this.#answersTo(line);
    for (const { code } of answers) if (code >= 500) this.#errors++;
    if (this.#errors < errorsMax || answers.some((answer) => answer.close)) return answers;
    return [...answers, replies.tooManyErrors];
  }

  async #answersTo(line: Line): Promise<readonly Reply[]> {
    if (line.kind === 'bare') return [replies.bareLine];
    if (line.kind !== 'line') return [replies.lineTooLong];
    const text = decodeLine(line.bytes);
    if (text === null) return [replies.badBytes];
    const { verb, argument } = parseCommand(text);
    if (line.bytes.length + 2 > this.dispatch.lineBytes(verb)) return [replies.lineTooLong];
    const command = this.dispatch.commands.get(verb);
    if (!command) return [unknown(text)];
    if (this.hello === null && !command.beforeHello) return [replies.helloFirst];
    try {
      const answer = await command.run(this, argument);
      return 'code' in answer ? [answer] : answer;
    } catch (error) {
      if (error instanceof StoreError) return [replyOfReason[error.reason]];
      this.log.error('smtp command failed', { command: command.verb, error });
      return [replies.localError];
    }
  }

  #send(answer: Reply): void {
    if (this.connection.stream.destroyed) return;
    this.#out += encodeReply(answer);
    if (answer.close) this.#over = true;
  }
}

// A web page that posts to this port: its body must not be read as commands.
function unknown(line: string): Reply {
  return / HTTP\/\d/.test(line) ? closing(replies.unknownCommand) : replies.unknownCommand;
}

import { Recent } from '../../base/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { clientNs, pingNs } from '../namespaces.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import { addressed } from '../stanza.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import type { Managed } from './managed.ts';

/** How far a session had come that is no more: what a client is told that asks for it too late (XEP-0198 §5). */
export interface Past {
  readonly account: number;
  readonly handled: number;
}

/**
 * Whose acknowledgements are counted, and who may still be there: one timer looks at all sessions of a server. Who was
 * quiet for long is asked; who does not answer is lost; who was lost for too long is no more.
 */
export class Registry {
  readonly byId = new Map<string, Managed>();
  readonly past: Recent<string, Past>;
  readonly #chat: Chat;
  readonly #managed = new WeakMap<Session, Managed>();
  /** When a stream was asked for a sign of life that it has not given; monotonic. */
  readonly #asked = new WeakMap<ClientStream, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.past = new Recent(chat.limits.pastSessionsMax);
  }

  of(session: Session): Managed | undefined {
    return this.#managed.get(session);
  }

  add(managed: Managed): void {
    this.#managed.set(managed.session, managed);
    if (managed.id !== null) this.byId.set(managed.id, managed);
  }

  /** A session is there: from now on it is looked at. */
  watch(): void {
    this.#timer ??= setInterval(() => this.#sweep(), this.#chat.limits.sweepMs).unref();
  }

  remove(session: Session): void {
    const managed = this.#managed.get(session);
    if (managed !== undefined && managed.id !== null) {
      this.byId.delete(managed.id);
      this.past.set(managed.id, { account: session.home.account, handled: managed.handled });
    }
    if (this.#chat.homes.sessionCount > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The client was asked something that it has to answer. */
  asked(stream: ClientStream): void {
    if (!this.#asked.has(stream)) this.#asked.set(stream, this.#chat.clock.monotonicMs());
  }

  #sweep(): void {
    const nowMs = this.#chat.clock.monotonicMs();
    for (const session of [...this.#chat.homes.sessions()]) {
      const managed = this.#managed.get(session);
      if (session.stream !== null) this.#look(session.stream, session, managed, nowMs);
      else if (managed === undefined || managed.isOver(nowMs)) session.close();
    }
  }

  #look(stream: ClientStream, session: Session, managed: Managed | undefined, nowMs: number): void {
    const { quietMsMax, answerMsMax } = this.#chat.limits;
    const askedMs = this.#asked.get(stream);
    if (askedMs !== undefined && stream.heardAtMs >= askedMs) this.#asked.delete(stream);
    else if (askedMs !== undefined && nowMs - askedMs >= answerMsMax) {
      stream.fail(new StreamError('connection-timeout', 'nothing was heard for too long'));
      return;
    }
    const isQuiet = nowMs - stream.heardAtMs >= quietMsMax;
    if (managed !== undefined) managed.askIfDue(isQuiet);
    else if (isQuiet && !this.#asked.has(stream)) this.#ping(stream, session);
  }

  /** XEP-0199 §4.2: whoever does not know it answers with an error, which is as good. */
  #ping(stream: ClientStream, session: Session): void {
    const { domain } = this.#chat;
    const ping = element('iq', clientNs, { type: 'get', id: 'there' }, element('ping', pingNs));
    session.write(addressed(ping, { local: '', domain, resource: '' }, session.jid).element);
    this.asked(stream);
  }
}

const registries = new WeakMap<Chat, Registry>();

export function registryOf(chat: Chat): Registry {
  let registry = registries.get(chat);
  if (registry === undefined) {
    registry = new Registry(chat);
    registries.set(chat, registry);
  }
  return registry;
}

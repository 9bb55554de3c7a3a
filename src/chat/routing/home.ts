import { bareText, type Jid } from '../../formats/jid/index.ts';
import { StanzaError } from '../errors.ts';
import { type HomeState, loadState } from '../roster/state.ts';
import type { Chat } from '../services.ts';
import type { Stanza } from '../stanza.ts';
import { answerIq } from './answer-iq.ts';
import { type Delivery, type Flow, stamped } from './flow.ts';
import { messageRule } from './message-rule.ts';
import type { Session } from './session.ts';

/**
 * Where an account is at home: its sessions, and what is known of it while they last. Homes speak to each other in
 * stanzas alone, by the router, so that one may live in another process.
 */
export class Home {
  readonly chat: Chat;
  readonly account: number;
  readonly jid: Jid;
  /** The bare address. */
  readonly text: string;
  /** By resource. */
  readonly sessions = new Map<string, Session>();
  #state: HomeState | null = null;
  #loading: Promise<HomeState> | null = null;

  constructor(chat: Chat, account: number, jid: Jid) {
    this.chat = chat;
    this.account = account;
    this.jid = jid;
    this.text = bareText(jid);
  }

  /** Contacts, who is blocked, what is archived; read once, and kept up by whoever writes (`changed`). */
  state(): HomeState | Promise<HomeState> {
    if (this.#state !== null) return this.#state;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** What has changed while it was read is not remembered: it is read again. */
  #load(): Promise<HomeState> {
    const loading: Promise<HomeState> = loadState(this.chat, this.account).then((state) => {
      if (this.#loading === loading) this.#state = state;
      return state;
    });
    const over = () => {
      if (this.#loading === loading) this.#loading = null;
    };
    loading.then(over, over);
    return loading;
  }

  /** What is known is no longer true: it is read again when it is needed. */
  changed(): void {
    this.#state = null;
    this.#loading = null;
  }

  add(session: Session): void {
    this.sessions.set(session.jid.resource, session);
    this.chat.homes.sessionsChanged(this, 1);
  }

  remove(session: Session): void {
    if (this.sessions.get(session.jid.resource) !== session) return;
    this.sessions.delete(session.jid.resource);
    this.chat.homes.sessionsChanged(this, -1);
  }

  /** Those that hear what is sent to the bare address (RFC 6121 §8.5.2.1). */
  get available(): readonly Session[] {
    return [...this.sessions.values()].filter(({ isAvailable, priority }) => isAvailable && priority >= 0);
  }

  /** A stanza that somebody has sent to this account. Throws StanzaError where it goes back. */
  async receive(stanza: Stanza, flow: Flow): Promise<void> {
    if (this.sessions.size === 0 && isForSessions(stanza)) return;
    for (const guard of this.chat.features.arriving) {
      const step = guard(this, stanza);
      if ((step instanceof Promise ? await step : step) === 'done') return;
    }
    switch (stanza.kind) {
      case 'message':
        return this.#message(stanza, flow);
      case 'iq':
        return this.#iq(stanza);
      case 'presence':
        return this.chat.presence.received(this, stanza);
    }
  }

  /** RFC 6121 §8.5. */
  async #message(stanza: Stanza, flow: Flow): Promise<void> {
    const { receive, select } = this.chat.features;
    const delivery: Delivery = { home: this, flow, stanza, targets: [], isOffline: false, stamps: [] };
    for (const hook of receive) {
      const step = hook(delivery);
      if ((step instanceof Promise ? await step : step) === 'done') return;
    }
    const session = this.sessions.get(stanza.to.resource);
    const { available } = this;
    const rule = messageRule(stanza.type, {
      isFull: stanza.to.resource !== '',
      isBound: session !== undefined,
      isAvailable: available.length > 0,
    });
    if (rule === 'bounce') throw new StanzaError('service-unavailable');
    if (rule === 'ignore') return;
    delivery.isOffline = rule === 'offline';
    delivery.targets = rule === 'resource' && session ? [session] : rule === 'all' ? available : [];
    for (const hook of select) {
      const selected = hook(delivery);
      if (selected instanceof Promise) await selected;
    }
    flow.after(() => deliver(delivery));
  }

  async #iq(stanza: Stanza): Promise<void> {
    if (stanza.to.resource === '') return answerIq(this.chat, stanza, this, null);
    const session = this.sessions.get(stanza.to.resource);
    if (session === undefined) throw new StanzaError('service-unavailable');
    await this.chat.presence.demandKnown(this, session, stanza);
    session.deliver(stanza.element);
  }
}

/** Where nobody is, nobody hears that somebody left, and there is nobody to be told of. */
const isForSessions = ({ kind, type }: Stanza): boolean => kind === 'presence' && type === 'unavailable';

function deliver(delivery: Delivery): void {
  const { targets } = delivery;
  if (targets.length === 0) return;
  const of = stamped(delivery);
  for (const session of targets) session.deliver(of);
}

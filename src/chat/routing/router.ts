import { bareText, type Jid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { internalError, refusalOf, StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import { addressed, bounceOf, mayBounce, type Stanza } from '../stanza.ts';
import { answerIq, demandIq } from './answer-iq.ts';
import { Flow } from './flow.ts';
import { Questions } from './questions.ts';

/** Who answers for an address of its own below our domain: rooms, uploads. */
export interface Service {
  readonly host: string;
  /** For people: what the server says it holds (XEP-0030 §4). */
  readonly name?: string;
  /** Throws StanzaError where the stanza goes back. */
  receive(stanza: Stanza, flow: Flow): Promise<void> | void;
}

/** The way to other servers. */
export interface Remote {
  /** Throws StanzaError where there is no way. */
  send(stanza: Stanza, flow: Flow): Promise<void> | void;
}

/** Brings stanzas to who they are for (RFC 6120 §10): the server, an account, a service, another server. */
export class Router {
  readonly questions: Questions;
  readonly #chat: () => Chat;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #remote: Remote;

  constructor(chat: () => Chat, services: readonly Service[], remote: Remote) {
    this.#chat = chat;
    this.#services = new Map(services.map((service) => [service.host, service]));
    this.#remote = remote;
    this.questions = new Questions((stanza) => this.route(stanza));
  }

  /** The services, in the order in which they were declared. */
  get services(): Iterable<Service> {
    return this.#services.values();
  }

  isOurs(domain: string): boolean {
    return this.#chat().homes.isLocal(domain) || this.#services.has(domain);
  }

  /** A stanza that the server itself sends, or that another server has sent. Never rejects. */
  async route(stanza: Stanza, flow: Flow = this.flowFor(stanza)): Promise<void> {
    await this.carry(stanza, flow);
    this.#chat().commits.submit(flow);
  }

  /** What cannot be kept goes back, whoever sent it. */
  flowFor(stanza: Stanza): Flow {
    return new Flow(null, (error) => this.bounce(stanza, error));
  }

  /**
   * Lets who it is for decide, and writes into `flow` what is to be kept and done; who calls it submits the flow. A refusal
   * goes back once the flow has ended. Never rejects.
   */
  async carry(stanza: Stanza, flow: Flow): Promise<void> {
    try {
      const carried = this.#carried(stanza, flow);
      if (carried instanceof Promise) await carried;
    } catch (error) {
      flow.after(() => this.bounce(stanza, error));
    }
  }

  #carried(stanza: Stanza, flow: Flow): Promise<void> | void {
    const { to } = stanza;
    const { homes } = this.#chat();
    if (stanza.kind === 'iq') demandIq(stanza);
    if (!homes.isLocal(to.domain)) {
      return (this.#services.get(to.domain) ?? this.#remoteOf()).receive(stanza, flow);
    }
    if (to.local === '') return this.#server(stanza);
    const home = homes.find(to);
    if (home instanceof Promise) return this.#whenFound(home, stanza, flow);
    return home === null ? this.#nobody(stanza) : home.receive(stanza, flow);
  }

  #remoteOf(): Pick<Service, 'receive'> {
    return { receive: (stanza, flow) => this.#remote.send(stanza, flow) };
  }

  async #whenFound(
    finding: Promise<Awaited<ReturnType<Chat['homes']['find']>>>,
    stanza: Stanza,
    flow: Flow,
  ): Promise<void> {
    const home = await finding;
    return home === null ? this.#nobody(stanza) : home.receive(stanza, flow);
  }

  /** RFC 6121 §8.5.1: presence for nobody is dropped, the rest goes back. */
  async #nobody({ kind, type, to, from }: Stanza): Promise<void> {
    // A headline for somebody who is away is dropped as well.
    if (kind === 'message' && type === 'headline') return;
    if (kind !== 'presence') throw new StanzaError('service-unavailable');
    if (type !== 'probe') return;
    const account = { ...to, resource: '' };
    // §4.3.2: who waits for somebody that is no more, waits no longer. Who is locked out may come back to contacts.
    if (await this.#isContact(account, from)) return;
    const gone = element('presence', clientNs, { type: 'unsubscribed' });
    await this.route(addressed(gone, account, { ...from, resource: '' }));
  }

  /** Whether an account that is locked out has that contact. */
  async #isContact(account: Jid, from: Jid): Promise<boolean> {
    const { accounts, store } = this.#chat();
    const member = await accounts.byAddress(bareText(account));
    if (member === null) return false;
    const contact = (await store.roster.load(member.id)).contacts.get(bareText(from));
    return contact !== undefined && contact.subscription !== 'none';
  }

  /** Addressed to our domain itself. */
  async #server(stanza: Stanza): Promise<void> {
    if (stanza.kind === 'iq') return answerIq(this.#chat(), stanza, null, null);
    if (stanza.kind === 'message' && stanza.type !== 'error') throw new StanzaError('service-unavailable');
  }

  /** The answer to something that the server has asked. */
  answered(stanza: Stanza): void {
    this.questions.answered(stanza);
  }

  /** Tells the sender why its stanza went nowhere, where it may be told. */
  bounce(stanza: Stanza, error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal === null) this.#chat().log.error('xmpp stanza failed', { error });
    if (!mayBounce(stanza)) return;
    const bounce = bounceOf(stanza, refusal ?? internalError);
    const session = this.#chat().homes.sessionOf(stanza.from);
    if (session !== null) session.deliver(bounce.element);
    else if (!this.#chat().homes.isLocal(stanza.from.domain)) void this.route(bounce);
    else if (bounce.kind === 'iq') this.answered(bounce);
  }
}

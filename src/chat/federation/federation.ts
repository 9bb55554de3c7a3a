import { Gate, randomToken } from '../../base/index.ts';
import { jidText, parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import type { Connection } from '../../net/index.ts';
import type { Metrics } from '../../observability/index.ts';
import type { Queued } from '../../stores/conversations/index.ts';
import { type StanzaCondition, StanzaError, StreamError } from '../errors.ts';
import { clientNs, pingNs } from '../namespaces.ts';
import type { Enqueued, Flow } from '../routing/flow.ts';
import type { Remote } from '../routing/router.ts';
import type { Chat } from '../services.ts';
import { addressed, bounceOf, mayBounce, type Stanza, stanzaText } from '../stanza.ts';
import { Unreached, unreached, unreachedReasons } from './connect.ts';
import { converse, serveIncoming } from './incoming.ts';
import { initiate } from './initiate.ts';
import { defaultFederationLimits, type FederationLimits } from './limits.ts';
import { Link, type LinkHost } from './link.ts';
import { createFederationMeters, type FederationMeters, type Waiting } from './metrics.ts';
import type { FederationOptions, FederationSettings } from './options.ts';
import { isLasting, type Outbound, stanzaOf } from './outbound.ts';
import { Peers } from './peers.ts';
import { domainsAbove, type PolicyReason, policyReason } from './policy.ts';
import { Resumables } from './resumables.ts';
import type { ServerStream } from './server-stream.ts';

const secretBits = 250;
const idBits = 80;
const rowsPerRead = 100;

/** The way to other servers, and theirs to us. */
export class Federation implements Remote, LinkHost {
  readonly limits: FederationLimits;
  readonly options: FederationOptions;
  /** Of dialback keys (XEP-0185): whoever makes one can tell it. */
  readonly secret = randomToken(secretBits);
  readonly verifying: Gate;
  readonly resumables: Resumables;
  readonly peers: Peers;
  readonly meters: FederationMeters;
  readonly #chat: () => Chat;
  readonly #connecting: Gate;
  readonly #links = new Map<string, Link>();
  /** What was last asked on a link, for a sign of life. */
  readonly #pings = new WeakMap<Link, { readonly id: string; readonly answered: () => void }>();
  #timers: NodeJS.Timeout[] = [];
  #isClosing = false;
  /** What waited at the start is on its way. */
  #isBacklogKnown = false;
  /** By which whom we talk to was last judged. */
  #judgedBy: FederationSettings;

  constructor(chat: () => Chat, options: FederationOptions, metrics: Metrics) {
    this.#chat = chat;
    this.options = options;
    this.limits = { ...defaultFederationLimits, ...options.most };
    const { verifyingMax, verifyingWaitingMax, connectingMax, connectingWaitingMax } = this.limits;
    this.verifying = new Gate(verifyingMax, verifyingWaitingMax);
    this.#connecting = new Gate(connectingMax, connectingWaitingMax);
    this.resumables = new Resumables(this.limits, () => this.nowMs());
    this.meters = createFederationMeters(metrics, () => this.#waiting());
    this.peers = new Peers(this.limits, { monotonicMs: () => this.nowMs() }, this.meters);
    this.#judgedBy = this.settings;
  }

  get chat(): Chat {
    return this.#chat();
  }

  get settings(): FederationSettings {
    return this.options.settings();
  }

  nowMs(): number {
    return this.chat.clock.monotonicMs();
  }

  /** What waited when the process ended goes on. */
  async start(): Promise<void> {
    const every = (ms: number, act: () => void) => this.#timers.push(setInterval(act, ms).unref());
    every(this.limits.lookMs, () => this.#look());
    every(this.limits.expiryLookMs, () => void this.#expire());
    await this.#resumeBacklogs();
  }

  /** Once: what comes later waits with who has taken it. Where it cannot be read, it is tried again. */
  async #resumeBacklogs(): Promise<void> {
    this.#isBacklogKnown = false;
    const { queue } = this.chat.store.registrations;
    try {
      for await (const page of queue.domains())
        for (const { domain } of page) {
          const [theirs = '', ours = ''] = domain.split(' ');
          this.#link(ours, theirs)?.resumeBacklog();
        }
      this.#isBacklogKnown = true;
    } catch (error) {
      this.chat.log.error('xmpp queue not read', { error });
    }
  }

  /** Streams are closed; what is durable stays. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearInterval(timer);
    const streams = [...this.peers].map(({ stream }) => stream);
    for (const stream of streams) stream.close();
    await Promise.all(streams.map(({ connection }) => connection.closed));
  }

  send(stanza: Stanza, flow: Flow): void {
    const { from, to, type } = stanza;
    const { chat } = this;
    if (!chat.router.isOurs(from.domain)) throw new StanzaError('forbidden');
    const reason = policyReason(to.domain, this.settings);
    if (reason !== null) throw refusalFor(reason);
    const link = this.#link(from.domain, to.domain);
    if (link === null) throw new StanzaError('resource-constraint');
    const text = stanzaText(stanza.element);
    // Who was away reads what was said in a room in its archive; what a room has for one person alone is kept for it.
    if (!isLasting(stanza) || (type === 'groupchat' && !chat.homes.isLocal(from.domain))) {
      flow.after(() => this.#offer({ text, seq: 0, stanza }));
      return;
    }
    const enqueued = flow.enqueue({
      ...{ domain: link.key, stanza: text, sender: jidText(from) },
      account: chat.homes.sessionOf(from)?.home.account ?? 0,
      expiresMs: chat.clock.nowMs() + this.settings.keepMs,
    });
    flow.after(() => {
      const { seq } = enqueued;
      if (typeof seq === 'number') this.#offer({ text, seq, stanza });
      else this.#tell(stanza, new StanzaError(unqueued[seq]));
    });
  }

  /** The link of a moment ago may be forgotten by now. */
  #offer(outbound: Outbound & { readonly stanza: Stanza }): void {
    const { stanza } = outbound;
    const link = this.#link(stanza.from.domain, stanza.to.domain);
    if (link !== null) link.offer(outbound);
    else if (outbound.seq === 0) this.#tell(stanza, new StanzaError('resource-constraint'));
  }

  /** Null where there are too many. */
  #link(ours: string, theirs: string): Link | null {
    const key = `${ours} ${theirs}`;
    let link = this.#links.get(key);
    if (link !== undefined) return link;
    if (this.#links.size >= this.limits.linksMax) return null;
    link = new Link(this, ours, theirs);
    this.#links.set(key, link);
    return link;
  }

  /** Serves a server that has come to us; never rejects. */
  async handle(connection: Connection): Promise<void> {
    connection.unauthenticated(this.limits.unknownMsMax);
    await serveIncoming(this, connection);
  }

  /** By a stream that the other server has opened (XEP-0288); not where there is one already. */
  linkBack(stream: ServerStream, ours: string, theirs: string): Link | null {
    const link = this.#link(ours, theirs);
    if (link === null || !link.isIdle) return null;
    link.attach(stream, { isResumed: false, h: undefined });
    return link;
  }

  /** What was sent by a session that goes on in another stream of the other server's. */
  linkResumed(
    stream: ServerStream,
    { ours, theirs }: Pick<Link, 'ours' | 'theirs'>,
    h: string | undefined,
  ): Link | null {
    const link = this.#links.get(`${ours} ${theirs}`);
    if (link === undefined || !link.mayResume(stream.acks)) return null;
    link.attach(stream, { isResumed: true, h });
    return link;
  }

  /** Why we do not talk to a domain, as of now; null where we do. */
  async reasonAgainst(domain: string): Promise<PolicyReason | null> {
    const { policies } = this.chat.store.registrations;
    return policyReason(domain, this.settings, await policies.find(domainsAbove(domain)));
  }

  async connect(link: Link): Promise<void> {
    const { ours, theirs } = link;
    if (this.#isClosing) throw new Unreached('busy', 'we are closing');
    const opened = await this.#connecting.run(async () => {
      const reason = await this.reasonAgainst(theirs);
      if (reason !== null) throw refusalFor(reason);
      const over = { ...this.options, chat: this.chat, limits: this.limits, secret: this.secret };
      return initiate(over, { ours, theirs }, link.resumable);
    });
    if (opened === undefined) throw new Unreached('busy', 'too many wait to be connected');
    const { stream } = opened;
    try {
      // The configuration of a moment ago may be another one by now.
      const reason = policyReason(theirs, this.settings);
      if (reason !== null) throw refusalFor(reason);
      link.attach(stream, opened);
    } catch (error) {
      if (error instanceof StreamError) stream.fail(error);
      else stream.close();
      throw unreached(error);
    }
    void converse(this, opened, link);
  }

  async waiting(link: Link, after: number): Promise<readonly Outbound[] | null> {
    try {
      const rows = await this.chat.store.registrations.queue.next(link.key, after, rowsPerRead);
      return rows.map(({ stanza, seq }) => ({ text: stanza, seq, stanza: null }));
    } catch (error) {
      this.chat.log.error('xmpp queue not read', { error });
      return null;
    }
  }

  arrived(link: Link, seqs: readonly number[]): void {
    this.chat.store.registrations.queue.drop(link.key, seqs).catch((error: unknown) => {
      this.chat.log.error('xmpp queue not written', { error });
    });
  }

  refuse(link: Link, outbound: Outbound, error: StanzaError): void {
    if (outbound.seq > 0) this.arrived(link, [outbound.seq]);
    this.#tell(stanzaOf(outbound), error);
  }

  #tell(stanza: Stanza, error: StanzaError): void {
    const isPassing = stanza.kind === 'presence' && passing.has(stanza.type);
    if (!isPassing && mayBounce(stanza)) void this.chat.router.route(bounceOf(stanza, error));
  }

  async ask(link: Link): Promise<void> {
    const { ours, theirs, stream } = link;
    const id = randomToken(idBits);
    const question = element('iq', clientNs, { type: 'get', id }, element('ping', pingNs));
    const { element: of } = addressed(question, parseJid(ours), parseJid(theirs));
    await new Promise<void>((answered) => {
      // Who does not answer is judged by the link.
      this.#pings.set(link, { id, answered });
      stream?.transport.sendStanza(stanzaText(of));
    });
  }

  /** Whether it was the answer to a question of a link. */
  isAnswer({ from, to, type, element: of }: Stanza): boolean {
    const link = this.#links.get(`${to.domain} ${from.domain}`);
    if (link === undefined || (type !== 'result' && type !== 'error')) return false;
    const ping = this.#pings.get(link);
    if (ping === undefined || ping.id !== of.attributes.id) return false;
    this.#pings.delete(link);
    ping.answered();
    return true;
  }

  sent(): void {
    this.meters.stanza.out.inc();
  }

  /** What whoever runs the server may do something about stands in the log once, and that it is over. */
  reached({ theirs: domain, isAwaited }: Link, failures: number, error: StanzaError | null): void {
    const { log } = this.chat;
    const { untoldFailuresMax } = this.limits;
    if (error === null) {
      log.info('xmpp server reached again', { domain });
      return;
    }
    const { reason, detail } = error instanceof Unreached ? error : refusedByUs;
    this.meters.notReached(reason);
    const about = { domain, reason, detail, advice: unreachedReasons[reason] };
    if (reason === 'fault') log.error('xmpp server not reached', { ...about, error: error.cause });
    else if (isAwaited && failures === untoldFailuresMax)
      log.warn('messages wait for an xmpp server that is not reached', { ...about, attempts: failures });
    else log.info('xmpp server not reached', about);
  }

  async #waiting(): Promise<Waiting> {
    const { queue } = this.chat.store.registrations;
    const { rows, bytes } = await queue.total();
    const atMs = rows === 0 ? null : await queue.oldest();
    return { rows, bytes, oldestMs: atMs === null ? 0 : Math.max(0, this.chat.clock.nowMs() - atMs) };
  }

  /** Whoever is not talked to any more is told so, and what waits for it goes back. */
  async #review(): Promise<void> {
    const judged = new Map<string, PolicyReason | null>();
    const against = async (domain: string) => {
      let reason = judged.get(domain);
      if (reason === undefined) {
        reason = await this.reasonAgainst(domain);
        judged.set(domain, reason);
      }
      return reason;
    };
    const isStrict = this.settings.trust === 'certificates';
    for (const peer of [...this.peers]) {
      const { stream, known, admitted } = peer;
      let isOut = isStrict && [admitted?.shown, ...known.values()].includes('dialback');
      for (const domain of [admitted?.domain, ...known.keys()])
        isOut ||= domain !== undefined && (await against(domain)) !== null;
      if (isOut) stream.fail(new StreamError('policy-violation', 'this server does not talk to that one'));
    }
    for (const link of [...this.#links.values()]) if ((await against(link.theirs)) !== null) link.retry();
  }

  async #reviewed(): Promise<void> {
    try {
      await this.#review();
    } catch (error) {
      this.chat.log.error('xmpp policies not read', { error });
    }
  }

  #look(): void {
    const { policy, allow, block, trust } = this.settings;
    const before = this.#judgedBy;
    const isSame =
      policy === before.policy && trust === before.trust && allow === before.allow && block === before.block;
    if (!isSame) {
      this.#judgedBy = this.settings;
      void this.#reviewed();
    }
    for (const [key, link] of this.#links) {
      link.tick();
      if (link.isForgettable) this.#links.delete(key);
    }
    this.resumables.purge();
    this.peers.purge();
  }

  async #expire(): Promise<void> {
    await this.#reviewed();
    if (!this.#isBacklogKnown) await this.#resumeBacklogs();
    const { queue } = this.chat.store.registrations;
    try {
      for (const row of await queue.over()) {
        const [theirs = '', ours = ''] = row.domain.split(' ');
        // What is under way may have arrived: the answer is waited for.
        if (this.#links.get(`${ours} ${theirs}`)?.withdraw(row.seq) === false) continue;
        if ((await queue.drop(row.domain, [row.seq])) === 0) continue;
        this.#tell(stanzaOf(outboundOf(row)), new StanzaError('remote-server-timeout'));
      }
    } catch (error) {
      this.chat.log.error('xmpp queue not read', { error });
    }
  }
}

/** As it stands in the log. */
const refusedByUs = { reason: 'policy', detail: 'chat.federation' } as const;

/** What the sender is told of something lasting that does not wait for the other server. */
const unqueued = {
  'no-room': 'resource-constraint',
  'not-written': 'internal-server-error',
} as const satisfies Record<Exclude<Enqueued['seq'], number>, StanzaCondition>;

/** Presence that nobody misses. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'probe', 'unsubscribe', 'unsubscribed']);

const outboundOf = ({ stanza, seq }: Queued): Outbound => ({ text: stanza, seq, stanza: null });

const refusalFor = (reason: PolicyReason): StanzaError =>
  reason === 'off'
    ? new StanzaError('remote-server-not-found', { text: 'this server talks to no others' })
    : new StanzaError('not-allowed', { text: 'this server does not talk to that one' });

import { randomToken } from '../../base/index.ts';
import { childOf, type Element, escapeAttribute, parseElement, textOf } from '../../formats/stanza/index.ts';
import { Acks, smNs } from './acks.ts';
import { Inbox, type Received } from './inbox.ts';
import { type Captures, matchElement } from './match.ts';
import { authenticate, mechanismFor, type SaslMechanism, saslNs } from './sasl.ts';
import { showElement } from './show.ts';
import {
  clientNs,
  openWire,
  type StreamHead,
  stanzaScope,
  streamNs,
  type WireDoor,
  type WireNews,
  type XmppWire,
} from './wire.ts';

const tlsNs = 'urn:ietf:params:xml:ns:xmpp-tls';
const bindNs = 'urn:ietf:params:xml:ns:xmpp-bind';
const carbonsNs = 'urn:xmpp:carbons:2';
const csiNs = 'urn:xmpp:csi:0';

export interface XmppActorOptions extends WireDoor {
  /** Domain of the stream's head. */
  readonly domain: string;
  /** More of the head, for streams that are not of clients. */
  readonly head?: Partial<StreamHead>;
  /** Use STARTTLS where it is offered; default: where `tls` is given and the door is a clear one. */
  readonly startTls?: boolean;
  /** How long a read waits before it fails; a test that meets it has failed. */
  readonly patienceMs?: number;
  /** The actor leaves <r/> and <a/> to the test, which reads and answers them. */
  readonly acksByHand?: boolean;
}

export interface XmppLogin {
  readonly username: string;
  readonly password: string;
  readonly mechanism?: SaslMechanism;
  /** What the server is asked for; default: it chooses. */
  readonly resource?: string;
}

/** A template (XML, as in transcripts) or a question about what came. */
export type XmppMatcher = string | ((element: Element) => boolean);

/**
 * A client that does what it is told and nothing else: raw text out, elements in their order in. It answers <r/> by itself
 * where stream management is on, and hides <a/>; everything else that comes is kept for the test.
 */
export class XmppActor {
  /** Full JID, once bound. */
  jid = '';
  /** As the server has named the stream. */
  streamId = '';
  readonly acks = new Acks();
  readonly captures: Captures = new Map();
  readonly #options: XmppActorOptions;
  readonly #patienceMs: number;
  readonly #inbox = new Inbox<Received>();
  /** Heads of streams, which no transcript looks at. */
  readonly #heads = new Inbox<Element>();
  readonly #barriers = new Map<string, () => void>();
  /** Who asked with <r/>: null is the test itself, for whom the <a/> is kept. */
  readonly #asked: ((() => void) | null)[] = [];
  #wire: XmppWire | null = null;
  #features: Element | null = null;
  #isStreamEnded = false;
  /** Which connection this is: what an earlier one still says is not heard. */
  #connection = 0;

  constructor(options: XmppActorOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? 30_000;
  }

  get isSecure(): boolean {
    return this.#wire?.secure ?? false;
  }

  /** What the stream offers now. */
  get features(): Element {
    if (this.#features === null) throw new Error('no stream was opened');
    return this.#features;
  }

  /** What came and was not received. */
  get unread(): readonly Received[] {
    return this.#inbox.unread;
  }

  /** Connects without a word of XMPP. */
  async connect(): Promise<void> {
    const connection = ++this.#connection;
    this.#inbox.reopen();
    this.#heads.reopen();
    this.#wire = await openWire(this.#options, (news) => {
      if (connection === this.#connection) this.#hear(news);
    });
  }

  /** Connects and opens a stream; with STARTTLS where that is so in the options. */
  async open(): Promise<void> {
    await this.connect();
    await this.restart();
    const { startTls = this.#options.tls !== undefined, transport } = this.#options;
    if (transport !== 'tcp' || !startTls) return;
    if (childOf(this.features, 'starttls', tlsNs) === undefined)
      throw new Error(`the server offers no STARTTLS:\n${showElement(this.features)}`);
    await this.startTls();
  }

  /** RFC 6120 §5.4. */
  async startTls(): Promise<void> {
    await this.sendRaw(`<starttls xmlns='${tlsNs}'/>`);
    await this.receive((element) => element.name === 'proceed');
    await this.wire.startTls();
    await this.restart();
  }

  /** A new stream: its head and its features are read, and the features kept. Throws an Error with what came instead. */
  async restart(): Promise<void> {
    const { domain, head = {} } = this.#options;
    await this.wire.open({ to: domain, ...head });
    const opened = await this.#heads.take(this.#patienceMs);
    if (opened === null) throw new Error(`no stream was opened: ${this.#inbox.end}${this.#shownUnread()}`);
    this.streamId = opened.attributes.id ?? '';
    this.#isStreamEnded = false;
    if (head.ns !== undefined && head.ns !== clientNs) return;
    const { element } = await this.#next();
    if (element.name !== 'features' || element.ns !== streamNs)
      throw new Error(`expected the features of the stream, came\n${showElement(element)}`);
    this.#features = element;
  }

  /** SASL and a stream for the one who is known now; binds nothing. */
  async authenticate({ username, password, mechanism }: XmppLogin): Promise<void> {
    const offered = childOf(this.features, 'mechanisms', saslNs);
    const talk = {
      send: (text: string) => this.sendRaw(text),
      receive: async () => (await this.#next()).element,
    };
    await authenticate(talk, mechanismFor(offered, mechanism), username, password);
    await this.restart();
  }

  /** RFC 6120 §7; answers the full JID. */
  async bind(resource?: string): Promise<string> {
    const wish = resource === undefined ? '' : `<resource>${escapeAttribute(resource)}</resource>`;
    const answer = await this.ask('set', `<bind xmlns='${bindNs}'>${wish}</bind>`);
    const bind = childOf(answer, 'bind', bindNs);
    this.jid = textOf(bind && childOf(bind, 'jid'));
    if (this.jid === '') throw new Error(`no JID was bound:\n${showElement(answer)}`);
    return this.jid;
  }

  /** Opens, authenticates, binds. */
  async login(login: XmppLogin): Promise<string> {
    await this.open();
    await this.authenticate(login);
    return this.bind(login.resource);
  }

  /** An iq of its own, answered. Throws an Error for an error; what came before the answer stays unread. */
  async ask(type: 'get' | 'set', payload: string, to?: string): Promise<Element> {
    const id = `ask-${randomToken(6)}`;
    const address = to === undefined ? '' : ` to='${escapeAttribute(to)}'`;
    await this.send(`<iq type='${type}' id='${id}'${address}>${payload}</iq>`);
    const isAnswer = ({ element: { name, attributes } }: Received) =>
      (name === 'iq' && attributes.id === id) || name === 'error';
    const answer = await this.#inbox.take(this.#patienceMs, isAnswer);
    if (answer?.element.attributes.type === 'result') return answer.element;
    throw new Error(`asked ${payload}: ${answer === null ? this.#inbox.end : showElement(answer.element)}`);
  }

  /** XEP-0198 §3. */
  async enableAcks(): Promise<void> {
    await this.sendRaw(`<enable xmlns='${smNs}' resume='true'/>`);
    const enabled = await this.#take(({ element: { ns, name } }) => ns === smNs && /^(?:en|fail)/.test(name));
    if (enabled.name !== 'enabled') throw new Error(`no acknowledgements:\n${showElement(enabled)}`);
  }

  /** A new connection that goes on where the lost one ended (XEP-0198 §5); sends again what was not acknowledged. */
  async resume(login: XmppLogin): Promise<void> {
    const { id, received } = this.acks;
    if (id === null) throw new Error('there is nothing to resume: the server gave no id');
    await this.open();
    await this.authenticate(login);
    await this.sendRaw(`<resume xmlns='${smNs}' previd='${escapeAttribute(id)}' h='${received}'/>`);
    const { element } = await this.#next();
    if (element.name !== 'resumed' || element.ns !== smNs)
      throw new Error(`not resumed:\n${showElement(element)}`);
    const wrong = this.acks.noteAcknowledged(element);
    if (wrong !== null) throw new Error(wrong);
    for (const text of this.acks.unacknowledged) await this.wire.sendElement(text);
  }

  async enableCarbons(): Promise<void> {
    await this.ask('set', `<enable xmlns='${carbonsNs}'/>`);
  }

  /** XEP-0352 §4: whether somebody looks at this client. */
  setActive(isActive: boolean): Promise<void> {
    return this.sendRaw(`<${isActive ? 'active' : 'inactive'} xmlns='${csiNs}'/>`);
  }

  /** One element, as text; on a WebSocket in its own frame. */
  async send(text: string): Promise<void> {
    this.acks.noteSent(text);
    if (/^\s*<r[\s/>]/.test(text)) this.#asked.push(null);
    await this.wire.sendElement(text);
  }

  /** Text as it stands, well-formed or not. */
  sendRaw(text: string): Promise<void> {
    return this.wire.sendRaw(text);
  }

  /** The next that comes, which must match. Throws an Error with both, pretty. */
  async receive(matcher: XmppMatcher = () => true, withinMs: number = this.#patienceMs): Promise<Element> {
    const { element } = await this.#next(withinMs);
    const difference = differenceOf(matcher, element, this.captures);
    if (difference === null) return element;
    const wanted = typeof matcher === 'string' ? matcher.trim() : 'something else';
    throw new Error(`${difference}\nexpected:\n${wanted}\nbut came:\n${showElement(element)}`);
  }

  /** The first that matches; others stay unread, in their order. */
  async find(matcher: XmppMatcher, withinMs: number = this.#patienceMs): Promise<Element> {
    const isIt = ({ element }: Received) => differenceOf(matcher, element, this.captures) === null;
    return this.#take(isIt, withinMs);
  }

  /**
   * Resolves when the server has read everything sent so far and has sent what it had for this client before: a ping is
   * answered, or an <r/> where the test counts stanzas itself.
   */
  async barrier(): Promise<void> {
    const id = `barrier-${randomToken(6)}`;
    const isByHand = this.acks.isOn && this.#options.acksByHand === true;
    const passed = new Promise<void>((resolve) => {
      if (isByHand) this.#asked.push(resolve);
      else this.#barriers.set(id, resolve);
    });
    if (isByHand) await this.sendRaw(`<r xmlns='${smNs}'/>`);
    else
      await this.send(
        `<iq type='get' id='${id}' to='${escapeAttribute(this.#options.domain)}'><ping xmlns='urn:xmpp:ping'/></iq>`,
      );
    await this.#withinPatience(passed, 'the answer to a ping did not come');
  }

  /** Throws an Error that shows what came, where something came before the answer to a barrier. */
  async receivesNothing(): Promise<void> {
    await this.barrier();
    if (this.unread.length > 0) throw new Error(`expected nothing, but came:${this.#shownUnread()}`);
  }

  /** Listens for so long; for clients to which a ping would bring what is held back (XEP-0352). */
  async silence(ms: number): Promise<void> {
    const came = await this.#inbox.take(ms).catch(() => null);
    if (came !== null) throw new Error(`expected silence, but came:\n${showElement(came.element)}`);
  }

  /** What is unread after a barrier is forgotten: what else came while a stage was set. */
  async forget(): Promise<void> {
    await this.barrier();
    this.#inbox.clear();
  }

  /** Ends the stream and waits for the end of the other side (RFC 6120 §4.4), then closes. */
  async disconnect(): Promise<void> {
    await this.wire.end();
    await this.ended();
    this.cut();
  }

  /** Waits for the end: of the stream or of the connection. What came before stays unread. */
  async ended(withinMs: number = this.#patienceMs): Promise<string> {
    if (this.#isStreamEnded) return 'ended';
    return this.#inbox.ended(withinMs);
  }

  /** The connection is gone, and the server is told nothing. */
  cut(): void {
    this.#connection++;
    this.#wire?.cut();
    this.#heads.close('cut by the test');
    this.#inbox.close('cut by the test');
  }

  get wire(): XmppWire {
    if (this.#wire === null) throw new Error('not connected');
    return this.#wire;
  }

  async #next(withinMs: number = this.#patienceMs): Promise<Received> {
    const received = await this.#inbox.take(withinMs);
    if (received === null) throw new Error(`the connection has ended: ${this.#inbox.end}`);
    return received;
  }

  async #take(
    wanted: (received: Received) => boolean,
    withinMs: number = this.#patienceMs,
  ): Promise<Element> {
    try {
      const received = await this.#inbox.take(withinMs, wanted);
      if (received !== null) return received.element;
    } catch (error) {
      throw new Error(`what was waited for did not come${this.#shownUnread()}`, { cause: error });
    }
    throw new Error(`the connection has ended: ${this.#inbox.end}${this.#shownUnread()}`);
  }

  #shownUnread(): string {
    return this.unread.map(({ element }) => `\n${showElement(element)}`).join('');
  }

  async #withinPatience(promise: Promise<void>, what: string): Promise<void> {
    const end = this.#inbox.ended(this.#patienceMs).catch(() => `not within ${this.#patienceMs} ms`);
    const failed = await Promise.race([promise, end]);
    if (typeof failed === 'string') throw new Error(`${what}: ${failed}${this.#shownUnread()}`);
  }

  #hear(news: WireNews): void {
    switch (news.kind) {
      case 'head':
        this.#heads.put(news.element);
        break;
      case 'element':
        this.#hearElement(news);
        break;
      case 'end':
        this.#isStreamEnded = true;
        this.#inbox.close('the server ended the stream');
        break;
      case 'lost':
        this.#heads.close(news.why);
        this.#inbox.close(news.why);
    }
  }

  #hearElement(received: Received): void {
    const { element } = received;
    this.acks.noteReceived(element);
    if (element.ns === smNs && this.#hearAcks(element)) return;
    const { id = '' } = element.attributes;
    // One that was sent again after a resumption is answered again, to nobody.
    if (element.name !== 'iq' || !id.startsWith('barrier-')) this.#inbox.put(received);
    this.#barriers.get(id)?.();
    this.#barriers.delete(id);
  }

  /** True where the test has nothing to do with it. */
  #hearAcks(element: Element): boolean {
    const isByHand = this.#options.acksByHand === true;
    if (element.name === 'enabled') this.acks.start(element);
    if (element.name === 'r' && !isByHand) {
      void this.sendRaw(`<a xmlns='${smNs}' h='${this.acks.received}'/>`).catch(() => undefined);
      return true;
    }
    if (element.name !== 'a') return false;
    const wrong = this.acks.noteAcknowledged(element);
    if (wrong !== null) this.#inbox.close(wrong);
    const asked = this.#asked.shift();
    asked?.();
    return !isByHand || typeof asked === 'function';
  }
}

function differenceOf(matcher: XmppMatcher, element: Element, captures: Captures): string | null {
  if (typeof matcher === 'string') return matchElement(parseElement(matcher, stanzaScope), element, captures);
  return matcher(element) ? null : 'what came is not what was expected';
}

/** Who is connected and logged in. The caller disconnects or cuts. */
export async function loginXmpp(options: XmppActorOptions & XmppLogin): Promise<XmppActor> {
  const actor = new XmppActor(options);
  await actor.login(options);
  return actor;
}

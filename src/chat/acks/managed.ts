import { type Element, element } from '../../formats/stanza/index.ts';
import { delayElement } from '../data/index.ts';
import { StreamError } from '../errors.ts';
import type { Session } from '../routing/session.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import type { Registry } from './registry.ts';
import { Unacked, type Written } from './unacked.ts';

export const smNs = 'urn:xmpp:sm:3';
const request = element('r', smNs);

/** One session whose stanzas are acknowledged, both ways (XEP-0198). */
export class Managed {
  readonly session: Session;
  /** By which it is resumed; null where that was not asked for. */
  readonly id: string | null;
  readonly unacked: Unacked;
  readonly #registry: Registry;
  /** How long it waits to be resumed. */
  readonly #keepMs: number;
  /** What had been handled when counting began; null while stanzas from before are not settled. */
  #base: number | null = null;
  /** Written since the client was last asked. */
  #unasked = 0;
  #isAsked = false;
  #lostAtMs: number | null = null;
  /** The stream that is about to take it over. */
  #claimedBy: ClientStream | null = null;

  constructor(registry: Registry, session: Session, id: string | null, keepMs: number) {
    const { limits } = session.chat;
    this.session = session;
    this.id = id;
    this.unacked = new Unacked(limits.unackedStanzasMax, limits.unackedCharsMax);
    this.#registry = registry;
    this.#keepMs = keepMs;
    const { inbound } = session;
    // XEP-0198 §3: what came before is not counted.
    inbound.afterAll(() => {
      this.#base = inbound.handled;
    });
    session.recorder = { record: (stanza) => this.#record(stanza), written: () => this.#written() };
  }

  /** Stanzas of the client that are handled (XEP-0198 §4). */
  get handled(): number {
    return this.#base === null ? 0 : (this.session.inbound.handled - this.#base) >>> 0;
  }

  #record(stanza: Element): void {
    const { session } = this;
    const isWhole = this.unacked.push(stanza, session.chat.clock.nowMs());
    // Nobody reads it, and it can no longer be resumed: what is archived is found there.
    if (!isWhole && session.stream === null) queueMicrotask(() => session.close());
  }

  #written(): void {
    this.#unasked++;
    if (!this.#isAsked && this.#unasked >= this.session.chat.limits.unaskedStanzasMax) this.#ask();
  }

  /** From time to time: asks for what is not acknowledged, and whether anybody is there. */
  askIfDue(isQuiet: boolean): void {
    if (!this.#isAsked && (this.#unasked > 0 || isQuiet)) this.#ask();
  }

  #ask(): void {
    const { stream } = this.session;
    if (stream === null || stream.isHolding) return;
    this.#isAsked = true;
    this.#unasked = 0;
    stream.send(request);
    this.#registry.asked(stream);
  }

  /** The client has so many. Throws StreamError where that cannot be (XEP-0198 §4). */
  acknowledged(h: number): void {
    if (!this.unacked.acknowledge(h)) {
      const attributes = { h: String(h), 'send-count': String(this.unacked.written) };
      const extra = element('handled-count-too-high', smNs, attributes);
      throw new StreamError('undefined-condition', 'more is acknowledged than was sent', extra);
    }
    this.#isAsked = false;
    if (this.#unasked >= this.session.chat.limits.unaskedStanzasMax) this.#ask();
  }

  /** What the client has asked with `<r/>`: told when all that it sent before is settled. */
  answer(): void {
    this.session.inbound.afterAll(() =>
      this.session.stream?.send(element('a', smNs, { h: String(this.handled) })),
    );
  }

  /** Its stream broke off. True: it waits to be resumed. */
  lost(): boolean {
    if (this.id === null || this.#keepMs === 0) return false;
    this.#lostAtMs = this.session.chat.clock.monotonicMs();
    return true;
  }

  isOver(nowMs: number): boolean {
    return this.#lostAtMs === null || nowMs - this.#lostAtMs >= this.#keepMs;
  }

  /**
   * Another stream will take it over: the old one is let go, and what came by it is settled. Null where a third came in
   * between; else what to do once the client is told.
   */
  async claim(stream: ClientStream, h: number): Promise<(() => void) | null> {
    const { session } = this;
    this.#claimedBy = stream;
    session.detach();
    this.#lostAtMs = session.chat.clock.monotonicMs();
    await new Promise<void>((resolve) => session.inbound.afterAll(resolve));
    if (this.#claimedBy !== stream || session.isClosed) return null;
    this.acknowledged(h);
    return () => this.#resume(stream);
  }

  /** XEP-0198 §5: what the client misses comes again. */
  #resume(stream: ClientStream): void {
    const { session } = this;
    this.#claimedBy = null;
    // Another client has bound its resource meanwhile, or it was ended.
    if (session.isClosed) {
      stream.fail(new StreamError('reset', 'the session has ended'));
      return;
    }
    this.#lostAtMs = null;
    session.attach(stream);
    for (const each of this.unacked) stream.sendStanza(this.#again(each));
    this.#isAsked = false;
    this.#unasked = this.unacked.count;
    if (this.#unasked > 0) this.#ask();
    for (const resumed of session.chat.features.resumed) resumed(session);
  }

  /** XEP-0203: of a message it is said when it was first sent. */
  #again({ stanza, atMs }: Written): Element {
    const { domain } = this.session.chat;
    const isDelayed = stanza.children.some(
      (child) => typeof child !== 'string' && child.name === 'delay' && child.attributes.from === domain,
    );
    if (stanza.name !== 'message' || isDelayed) return stanza;
    return { ...stanza, children: [...stanza.children, delayElement(domain, atMs)] };
  }
}

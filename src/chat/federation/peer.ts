import { sleep } from '../../base/index.ts';
import { type Element, element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { clientNs, serverNs, stanzasNs } from '../namespaces.ts';
import { Flow } from '../routing/flow.ts';
import { Settling } from '../routing/settling.ts';
import { addressed, isStanza, type Stanza, tryJid } from '../stanza.ts';
import type { StreamEvent } from '../stream/transport.ts';
import { dialbackText, isDialback } from './dialback.ts';
import { isDialbackKey } from './dialback-key.ts';
import type { Federation } from './federation.ts';
import type { Link } from './link.ts';
import { ackNs } from './names.ts';
import { isStreamError, type ServerStream } from './server-stream.ts';
import type { Share } from './shares.ts';

/** How a server has shown who it is: by a certificate that an authority vouches for, or by what the DNS says of its domain. */
export type Shown = 'certificate' | 'dialback';

/** The other side of a stream, and what it may say by it. */
export class Peer {
  readonly federation: Federation;
  readonly stream: ServerStream;
  /** It was the other server that opened the stream. */
  readonly isIncoming: boolean;
  /** Domains that have shown who they are: stanzas may come from these. */
  readonly known = new Map<string, Shown>();
  /** The domain as which it is counted and heard; null while it is a stranger. */
  admitted: { readonly domain: string; readonly shown: Shown } | null = null;
  /** All streams of its address. */
  neighbours: ReadonlySet<Peer> = new Set();
  /** A key of its is being asked for (XEP-0220 §2.3). */
  isVerifying = false;
  /** What we send by this stream. */
  link: Link | null = null;
  readonly #shares: Share<Peer>[] = [];
  /** Of what came without acknowledgements. */
  readonly #settling: Settling;

  constructor(federation: Federation, stream: ServerStream, isIncoming: boolean) {
    this.federation = federation;
    this.stream = stream;
    this.isIncoming = isIncoming;
    this.#settling = new Settling(federation.chat.limits.unsettledMax);
  }

  /** It is heard as fast as all that have a part in the share may be. */
  share(share: Share<Peer>): void {
    this.#shares.push(share);
  }

  /** The next event, when it may be taken. */
  async next(): Promise<StreamEvent> {
    const event = await this.stream.next();
    if (event.kind !== 'element') return event;
    this.stream.spokeAtMs = this.federation.nowMs();
    let waitMs = 0;
    for (const { pace } of this.#shares) waitMs = Math.max(waitMs, pace.take(event.characters));
    if (waitMs > 0) await sleep(waitMs);
    return event;
  }

  /** What may be said on either kind of stream. False: it was none of that. Throws StreamError. */
  async heard(of: Element): Promise<boolean> {
    if (isStreamError(of)) {
      this.stream.close();
      return true;
    }
    if (of.ns === ackNs && (of.name === 'r' || of.name === 'a')) {
      this.#acknowledgement(of);
      return true;
    }
    if (isDialback(of, 'verify') && of.attributes.type === undefined) {
      this.#verify(of);
      return true;
    }
    if (of.ns !== serverNs) return false;
    if (!isStanza(of)) throw new StreamError('unsupported-stanza-type', `<${of.name}> is no stanza`);
    await this.#stanza(of);
    return true;
  }

  #acknowledgement({ name, attributes: { h } }: Element): void {
    const { acks } = this.stream;
    if (acks === null) {
      this.stream.send(element('failed', ackNs, {}, element('unexpected-request', stanzasNs)));
    } else if (name === 'a') {
      this.link?.acknowledged(h);
    } else {
      acks.inbound.afterAll(() => {
        if (!this.stream.isOver) this.stream.send(element('a', ackNs, { h: `${acks.inbound.handled}` }));
      });
    }
  }

  /** We are asked whether a key is ours (XEP-0220 §2.4); whoever asks. */
  #verify(of: Element): void {
    const { from = '', to = '', id = '' } = of.attributes;
    const { secret, chat } = this.federation;
    const ours = tryJid(to);
    const theirs = tryJid(from);
    if (ours === null || theirs === null || !chat.router.isOurs(ours.domain))
      throw new StreamError('improper-addressing', 'a key that cannot be ours');
    // However they are written there: the key was made for the names as we write them.
    const claim = { receiving: theirs.domain, originating: ours.domain, streamId: id };
    const type = isDialbackKey(secret, claim, textOf(of)) ? 'valid' : 'invalid';
    this.stream.transport.send(dialbackText({ name: 'verify', from: to, to: from, id, type }));
  }

  async #stanza(of: Element): Promise<void> {
    const { chat } = this.federation;
    const stanza = this.#judged(of);
    this.federation.meters.stanza.in.inc();
    const { inbound } = this.stream.acks ?? { inbound: this.#settling };
    const room = inbound.room();
    if (room !== null) {
      await room;
      // Another stream goes on with the session: there it comes again (XEP-0198 §5).
      if (this.stream.isOver) return;
    }
    const ticket = inbound.begin();
    if (this.federation.isAnswer(stanza)) return ticket.done();
    await chat.router.route(stanza, new Flow(ticket, (error) => chat.router.bounce(stanza, error)));
  }

  /** Who speaks must have shown who it is, and speaks to us (RFC 6120 §8.1.1.2, §8.1.2.2). Throws StreamError. */
  #judged(of: Element): Stanza {
    const from = tryJid(of.attributes.from);
    const to = tryJid(of.attributes.to);
    if (from === null || to === null)
      throw new StreamError('improper-addressing', "a stanza has a 'from' and a 'to'");
    if (!this.known.has(from.domain))
      throw this.known.size === 0
        ? new StreamError('not-authorized')
        : new StreamError('invalid-from', 'a stanza from a domain that has not shown who it is');
    if (!this.federation.chat.router.isOurs(to.domain)) throw new StreamError('host-unknown');
    return addressed(asOfClients(of), from, to);
  }
}

/** Within the server stanzas are of `jabber:client`, as deep as the name space of the stream goes. */
export function asOfClients(of: Element): Element {
  if (of.ns !== serverNs) return of;
  let isPlain = true;
  for (const { ns } of elementsOf(of)) if (ns === serverNs) isPlain = false;
  const children = isPlain
    ? of.children
    : of.children.map((child) => (typeof child === 'string' ? child : asOfClients(child)));
  return { ...of, ns: clientNs, children };
}

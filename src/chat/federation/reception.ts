import { randomToken } from '../../base/index.ts';
import { normaliseDomain } from '../../formats/address/index.ts';
import { type Element, element, textOf, writeElement } from '../../formats/stanza/index.ts';
import { errorElement, StanzaError, StreamError } from '../errors.ts';
import { saslNs, serverNs, stanzasNs, tlsNs } from '../namespaces.ts';
import { tryJid } from '../stanza.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { askAuthority, dialbackText, isDialback } from './dialback.ts';
import { ackNs, bidiNs, serverService } from './names.ts';
import { offersFor } from './offers.ts';
import type { Peer, Shown } from './peer.ts';

const streamIdBits = 160;

/** How a server that has come to us shows who it is (RFC 6120 §4.3, XEP-0178 §3, XEP-0220 §2.2). */
export class Reception {
  readonly #peer: Peer;
  /** The domain of ours that the stream is for, and the one that it says it is from; '' before. */
  #ours = '';
  #claimed = '';
  #isBidi = false;
  #unknownElements = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get #isKnown(): boolean {
    return this.#peer.known.size > 0;
  }

  /** RFC 6120 §4.7. Throws StreamError. */
  async opened({ attributes: { from, to, version } }: Element): Promise<void> {
    const { stream, federation, known } = this.#peer;
    const { chat } = federation;
    if (stream.transport.isOpen) throw new StreamError('bad-format', 'the stream is open already');
    const ours = domainOf(to);
    const isOurs = ours !== null && chat.router.isOurs(ours);
    stream.id = randomToken(streamIdBits);
    const head = { from: isOurs ? ours : chat.domain, id: stream.id };
    stream.open(from === undefined ? head : { ...head, to: from });
    if (to === undefined) throw new StreamError('improper-addressing', "the stream has no 'to'");
    if (!isOurs) throw new StreamError('host-unknown', 'no such domain here');
    if (version === undefined || !(Number.parseInt(version, 10) >= 1))
      throw new StreamError('unsupported-version', 'XMPP 1.0 is spoken here');
    this.#ours = ours;
    if (from !== undefined) await this.#claim(domainOf(from));
    if (this.#isKnown && !known.has(this.#claimed)) throw new StreamError('invalid-from');
    const { trust } = federation.settings;
    const isTrusted = this.#isTrusted(this.#claimed);
    stream.sendFeatures(
      offersFor({
        ...{ isSecure: stream.isSecure, isKnown: this.#isKnown, isTrusted, limits: federation.limits },
        mayDialBack: trust === 'dialback',
      }),
    );
    if (this.#isKnown) this.#linkBack();
  }

  /** Whoever says that it is one of ours, or somebody whom we do not talk to, is shown out. */
  async #claim(theirs: string | null): Promise<void> {
    const { federation } = this.#peer;
    if (theirs === null) throw new StreamError('improper-addressing', 'the stream is from no domain');
    if (federation.chat.router.isOurs(theirs)) throw new StreamError('invalid-from', 'that is who we are');
    if ((await federation.reasonAgainst(theirs)) !== null)
      throw new StreamError('policy-violation', 'this server does not talk to that one');
    this.#claimed = theirs;
  }

  #isTrusted(domain: string): boolean {
    if (domain === '') return false;
    const certificate = this.#peer.stream.connection.peerCertificate();
    return certificate?.authorized === true && certificate.isFor(normaliseDomain(domain), serverService);
  }

  /** Throws StreamError. */
  async heard(of: Element): Promise<void> {
    const { stream, federation } = this.#peer;
    if (!stream.transport.isOpen) throw new StreamError('bad-format', 'open a stream first');
    if (!this.#isKnown && ++this.#unknownElements > federation.limits.unknownElementsMax)
      throw new StreamError('policy-violation', 'too much was said before showing who it is');
    if (of.ns === tlsNs && of.name === 'starttls') return this.#startTls();
    if (!stream.isSecure) throw new StreamError('policy-violation', 'start TLS first');
    if (of.ns === saslNs && of.name === 'auth') return this.#authenticate(of);
    if (isDialback(of, 'result') && of.attributes.type === undefined) return this.#result(of);
    if (of.ns === bidiNs && of.name === 'bidi' && !this.#isKnown) {
      this.#isBidi = true;
      return;
    }
    if (of.ns === ackNs && this.#isKnown && of.name === 'enable') return this.#enable(of);
    if (of.ns === ackNs && this.#isKnown && of.name === 'resume') return this.#resume(of);
    if (await this.#peer.heard(of)) return;
    throw new StreamError(this.#isKnown ? 'unsupported-stanza-type' : 'not-authorized');
  }

  async #startTls(): Promise<void> {
    const { stream } = this.#peer;
    if (stream.isSecure) {
      stream.send(element('failure', tlsNs));
      stream.close();
      return;
    }
    await stream.transport.startTls(writeElement(element('proceed', tlsNs), serverNs));
  }

  /** SASL EXTERNAL (XEP-0178 §3): a certificate has said already who it is. */
  #authenticate(of: Element): void {
    const { stream } = this.#peer;
    const text = textOf(of);
    const authorization = text === '=' ? '' : Buffer.from(text, 'base64').toString();
    const condition = this.#saslFault(of.attributes.mechanism, authorization);
    if (condition !== null) {
      stream.send(element('failure', saslNs, {}, element(condition, saslNs)));
      return;
    }
    stream.send(element('success', saslNs));
    this.#shown(this.#claimed, 'certificate');
    stream.transport.restart();
  }

  /** RFC 6120 §6.5; null where it is who it says it is. */
  #saslFault(mechanism: string | undefined, authorization: string): string | null {
    if (mechanism !== 'EXTERNAL') return 'invalid-mechanism';
    if (!this.#isTrusted(this.#claimed)) return 'not-authorized';
    return authorization === '' || domainOf(authorization) === this.#claimed ? null : 'invalid-authzid';
  }

  #shown(theirs: string, how: Shown): void {
    const { known, stream, federation } = this.#peer;
    if (known.size >= federation.limits.domainsPerStreamMax)
      throw new StreamError('policy-violation', 'too many domains by one stream');
    known.set(theirs, how);
    if (known.size > 1) return;
    federation.peers.admit(this.#peer, theirs, how);
    stream.transport.trust(federation.limits.serverStanzaBytesMax);
    stream.connection.authenticated();
    stream.connection.setIdleTimeout(federation.limits.silentMsMax);
  }

  /** What goes back by the same stream goes once the other server knows that it may come (XEP-0288 §2.2). */
  #linkBack(): void {
    const { stream, federation, link } = this.#peer;
    if (this.#isBidi && link === null)
      this.#peer.link = federation.linkBack(stream, this.#ours, this.#claimed);
  }

  /** Dialback: the server of that domain is asked whether the key is its own (XEP-0220 §2.2). */
  async #result(of: Element): Promise<void> {
    const { stream, federation } = this.#peer;
    const { from = '', to = '' } = of.attributes;
    const answer = { name: 'result', from: to, to: from } as const;
    const verdict = await this.#judged(domainOf(from), domainOf(to), textOf(of));
    if (verdict instanceof StanzaError) {
      const inner = writeElement(errorElement(verdict, serverNs), serverNs);
      stream.transport.send(dialbackText({ ...answer, type: 'error', inner }));
      return;
    }
    const theirs = domainOf(from) ?? '';
    if (verdict) this.#shown(theirs, this.#isTrusted(theirs) ? 'certificate' : 'dialback');
    else federation.meters.ended('dialback');
    stream.transport.send(dialbackText({ ...answer, type: verdict ? 'valid' : 'invalid' }));
    if (verdict && theirs === this.#claimed) this.#linkBack();
    // XEP-0220 §2.2.2: whoever lies is not listened to any more.
    if (!verdict && !this.#isKnown) stream.close();
  }

  async #judged(theirs: string | null, ours: string | null, key: string): Promise<boolean | StanzaError> {
    const { federation, stream, known } = this.#peer;
    const { chat, limits, options } = federation;
    if (theirs === null || chat.router.isOurs(theirs)) throw new StreamError('invalid-from');
    if (ours === null || !chat.router.isOurs(ours)) return new StanzaError('item-not-found');
    if (known.size >= limits.domainsPerStreamMax) return new StanzaError('resource-constraint');
    if ((await federation.reasonAgainst(theirs)) !== null) return new StanzaError('not-allowed');
    if (this.#isTrusted(theirs)) return true;
    if (federation.settings.trust === 'certificates') return new StanzaError('not-authorized');
    if (!federation.peers.mayVerify(this.#peer)) return new StanzaError('resource-constraint');
    const claim = { receiving: ours, originating: theirs, streamId: stream.id };
    this.#peer.isVerifying = true;
    try {
      const answer = await federation.verifying.run(() =>
        askAuthority({ ...options, chat, limits }, claim, key),
      );
      return answer ?? new StanzaError('resource-constraint');
    } catch (error) {
      if (error instanceof StanzaError) return error;
      throw error;
    } finally {
      this.#peer.isVerifying = false;
    }
  }

  /** XEP-0198 §3. */
  #enable({ attributes: { resume } }: Element): void {
    const { stream, federation, link, known } = this.#peer;
    if (stream.acks !== null) {
      stream.send(failed('unexpected-request'));
      return;
    }
    const isResumable = (resume === 'true' || resume === '1') && known.has(this.#claimed);
    const id = isResumable ? federation.resumables.newId() : '';
    const acks = new Acknowledgements(id, federation.chat.limits.unsettledMax);
    const max = `${federation.limits.resumeSecondsMax}`;
    stream.send(element('enabled', ackNs, id === '' ? {} : { id, resume: 'true', max }));
    stream.acks = acks;
    federation.resumables.add({ acks, theirs: this.#claimed, stream, lostAtMs: null });
    link?.acknowledging(stream);
  }

  /** XEP-0198 §5: of the same server alone, which has shown who it is; the stream before may still look alive. */
  async #resume({ attributes: { previd = '', h } }: Element): Promise<void> {
    const { stream, federation, known } = this.#peer;
    const found = known.has(this.#claimed) ? federation.resumables.find(previd, this.#claimed) : null;
    if (found === null || stream.acks !== null) {
      stream.send(failed('item-not-found'));
      return;
    }
    const before = found.stream;
    found.stream = stream;
    found.lostAtMs = null;
    before.cut('resumed');
    const { inbound } = found.acks;
    await new Promise<void>((resolve) => inbound.afterAll(resolve));
    stream.send(element('resumed', ackNs, { previd, h: `${inbound.handled}` }));
    stream.acks = found.acks;
    this.#peer.link ??= federation.linkResumed(stream, { ours: this.#ours, theirs: this.#claimed }, h);
  }
}

const failed = (condition: string) => element('failed', ackNs, {}, element(condition, stanzasNs));

/** Of an address that is a domain and nothing else; null for others. */
function domainOf(text: string | undefined): string | null {
  const jid = tryJid(text);
  return jid === null || jid.local !== '' || jid.resource !== '' ? null : jid.domain;
}

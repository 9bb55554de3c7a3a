import type { AuthResult, Member } from '../../accounts/index.ts';
import { randomToken } from '../../base/index.ts';
import { type Element, element, writeElement } from '../../formats/stanza/index.ts';
import { StreamError, streamErrorElement } from '../errors.ts';
import { streamsNs } from '../namespaces.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import type { StreamState } from '../specification.ts';
import { stanzaText } from '../stanza.ts';
import type { StreamEvent, Transport } from './transport.ts';

const streamIdBits = 160;
/** What a timer can wait for at most; whoever signed in for longer signs in anew then. */
const timerMsMax = 2 ** 31 - 1;

/** The door that a client came by. */
export interface Entrance {
  /** It begins in clear, and TLS may be started. */
  readonly startTls: boolean;
  /** In place of the server's `plaintextLogin`. */
  readonly plaintextLogin?: boolean;
}

/** The stream of one client over one connection, whichever transport carries it (RFC 6120 §4, RFC 7395). */
export class ClientStream {
  readonly chat: Chat;
  readonly transport: Transport;
  /** STARTTLS may be asked for: the door begins in clear. */
  readonly mayStartTls: boolean;
  /** Passwords may be said without TLS (loopback tests). */
  readonly #plaintextLogin: boolean;
  /** Who has signed in. */
  member: Member | null = null;
  credential = '';
  /** The password that all of it began with: the same, or the one that a token was given for. */
  root = '';
  /** It was the member's own password, not one that a device keeps. */
  isOwn = false;
  /** The address that the client said it has, before it signed in; '' where it said none (RFC 6120 §4.7.1). */
  claimed = '';
  /** `xml:lang` of the client's stream: the language of stanzas that name none (RFC 6120 §8.1.5). */
  language: string | undefined;
  /** Failed attempts to sign in. */
  failures = 0;
  #session: Session | null = null;
  /** When something last came from the client; monotonic. */
  heardAtMs: number;
  /** Stanzas that wait until the client knows that it has a session. */
  #held: Element[] | null = null;
  #ended: 'no' | 'local' | 'replaced' = 'no';

  constructor(chat: Chat, transport: Transport, { startTls, plaintextLogin }: Entrance) {
    this.chat = chat;
    this.transport = transport;
    this.heardAtMs = chat.clock.monotonicMs();
    this.mayStartTls = startTls;
    this.#plaintextLogin = plaintextLogin ?? chat.plaintextLogin;
  }

  get state(): StreamState {
    if (this.#session !== null) return 'bound';
    return this.member === null ? 'stranger' : 'member';
  }

  get session(): Session | null {
    return this.#session;
  }

  /** The client's address, by which attempts to sign in are throttled. */
  get remote(): string {
    return this.transport.connection.remote.address;
  }

  get isSecure(): boolean {
    return this.transport.connection.secure;
  }

  /** Passwords may be said: the connection is encrypted, or the operator allows it (loopback tests). */
  get mayTakePasswords(): boolean {
    return this.isSecure || this.#plaintextLogin;
  }

  /** We have ended it, or another one has taken its place. */
  get isOver(): boolean {
    return this.#ended !== 'no';
  }

  /** The next event of the client, for dialogues: what is no element ends them. Throws StreamError. */
  async next(): Promise<Element | null> {
    const event: StreamEvent = await this.transport.next();
    return event.kind === 'element' ? event.element : null;
  }

  /** Who it is was shown: limits of strangers are lifted. What was signed in with a token ends with it. */
  signedIn(accepted: Extract<AuthResult, { readonly ok: true }>, root = accepted.credential): void {
    const { member, credential, expiresAtMs } = accepted;
    this.member = member;
    this.credential = credential;
    this.root = root;
    this.isOwn = accepted.own === true;
    if (expiresAtMs !== undefined) this.#endsAt(expiresAtMs);
    this.transport.trust(this.chat.limits.stanzaBytesMax);
    this.transport.connection.authenticated();
  }

  #endsAt(ms: number): void {
    const leftMs = Math.min(timerMsMax, Math.max(0, ms - this.chat.clock.nowMs()));
    // RFC 6120 §4.9.3.16: whoever is told so connects again.
    const timer = setTimeout(() => this.fail(new StreamError('reset', 'the token has expired')), leftMs);
    timer.unref();
    void this.transport.connection.closed.then(() => clearTimeout(timer));
  }

  /** A resource is bound, or one that was bound before goes on by this stream. */
  bound(session: Session): void {
    this.#session = session;
  }

  /** Our half of the stream, and what may be done in it. */
  open(): void {
    this.#head();
    this.sendFeatures(this.chat.features.offers(this));
  }

  #head(): void {
    const { domain } = this.chat;
    const attributes = { from: domain, id: randomToken(streamIdBits), version: '1.0', 'xml:lang': 'en' };
    this.transport.open(this.claimed === '' ? attributes : { ...attributes, to: this.claimed });
  }

  sendFeatures(offers: readonly Element[]): void {
    this.transport.sendStream(element('features', streamsNs, {}, ...offers));
  }

  /** An element that is no stanza. */
  send(of: Element): void {
    this.transport.send(writeElement(of));
  }

  sendStanza(of: Element): void {
    if (this.#held !== null) this.#held.push(of);
    else this.transport.sendStanza(stanzaText(of));
  }

  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Stanzas wait until `release`: a session is there, and its client is not told yet. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const of of held) this.sendStanza(of);
  }

  /** RFC 6120 §4.9: says why, closes the stream and the connection. */
  fail(error: StreamError): void {
    if (this.isOver) return;
    this.#ended = 'local';
    // RFC 6120 §4.9.1.2: an error stands in a stream, whatever was wrong with theirs.
    if (!this.transport.isOpen) this.#head();
    this.transport.sendStream(streamErrorElement(error));
    this.transport.close();
  }

  /** RFC 6120 §4.4. */
  close(): void {
    if (this.isOver) return;
    this.#ended = 'local';
    this.transport.close();
  }

  /** Another stream goes on with the session (XEP-0198 §5). */
  replaced(): void {
    this.#session = null;
    this.fail(new StreamError('conflict', 'the session goes on in another stream'));
  }
}

import type { Member } from '../../accounts/index.ts';
import { type Jid, jidText } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { isHeld } from '../features.ts';
import type { Chat } from '../services.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import type { Home } from './home.ts';
import { Settling } from './settling.ts';

/** Sees what is written to a client: what a resumption repeats (XEP-0198). */
export interface Recorder {
  /** About to be written, or to wait where there is no stream. */
  record(stanza: Element): void;
  /** It was. */
  written(): void;
}

/**
 * A bound resource (RFC 6120 §7). It outlives its stream where somebody keeps it to be resumed; what a specification
 * knows of a session it keeps by it in a WeakMap of its own.
 */
export class Session {
  readonly chat: Chat;
  readonly home: Home;
  readonly jid: Jid;
  /** The full address as text. */
  readonly text: string;
  /** As the directory last had it: who is an administrator may change while it lasts. */
  member: Member;
  /** The credential that signed it in, or that it was resumed with. */
  credential: string;
  /** The password that it ends with: the same, or the one that a token was given for; '' while it is changed from here. */
  root: string;
  /** It was opened with the member's own password: a device that keeps another one administers nothing. */
  isOwn: boolean;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** What it last told everybody (RFC 6121 §4.2); null where it is not available. */
  presence: Element | null = null;
  /** RFC 6121 §4.7.2.3. */
  priority = 0;
  /** It has asked for the roster and hears of changes (RFC 6121 §2.1.6). */
  isInterested = false;
  /** What came from its client and is not settled. */
  readonly inbound: Settling;
  recorder: Recorder | null = null;
  #stream: ClientStream | null;
  #isClosed = false;

  constructor(stream: ClientStream, home: Home, jid: Jid, member: Member) {
    this.chat = stream.chat;
    this.home = home;
    this.jid = jid;
    this.text = jidText(jid);
    this.member = member;
    this.credential = stream.credential;
    this.root = stream.root;
    this.isOwn = stream.isOwn;
    this.openedAt = stream.chat.clock.nowMs();
    this.inbound = new Settling(stream.chat.limits.unsettledMax);
    this.#stream = stream;
  }

  get stream(): ClientStream | null {
    return this.#stream;
  }

  get isAvailable(): boolean {
    return this.presence !== null;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A stanza for its client, unless somebody holds it back for now. */
  deliver(stanza: Element): void {
    if (this.#isClosed) for (const missed of this.chat.features.missed) missed(this, stanza);
    else if (!isHeld(this.chat.features, this, stanza)) this.write(stanza);
  }

  /** The same, whoever would hold it. */
  write(stanza: Element): void {
    this.recorder?.record(stanza);
    this.#stream?.sendStanza(stanza);
    this.recorder?.written();
  }

  /** Its stream, which may still be there, takes nothing more: another one will go on with the session. */
  detach(): void {
    const stream = this.#stream;
    this.#stream = null;
    stream?.replaced();
  }

  /** A new stream takes the place of the one that broke off, or of one that is still there. */
  attach(stream: ClientStream): void {
    this.detach();
    this.#stream = stream;
    this.credential = stream.credential;
    this.root = stream.root;
    this.isOwn = stream.isOwn;
    this.member = stream.member ?? this.member;
    stream.bound(this);
  }

  /** Its stream is gone without having been closed; it is kept where somebody does (XEP-0198 §5). */
  lost(stream: ClientStream): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    if (!this.chat.features.lost.some((hook) => hook(this) === 'kept')) this.close();
  }

  /** It is no more: whoever knew of it is told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream = null;
    this.home.remove(this);
    for (const hook of this.chat.features.closed) hook(this);
  }
}

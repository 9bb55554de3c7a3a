import { randomBelow } from '../../base/index.ts';
import { StanzaError } from '../errors.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { unreached } from './connect.ts';
import type { Initiated } from './initiate.ts';
import type { FederationLimits } from './limits.ts';
import type { Outbound } from './outbound.ts';
import type { ServerStream } from './server-stream.ts';

/** What a link asks of who holds it. */
export interface LinkHost {
  readonly limits: FederationLimits;
  nowMs(): number;
  /** Opens a stream for the link and serves it; answers once it is the link's (`attach`). Throws StanzaError. */
  connect(link: Link): Promise<void>;
  /** Of what waits in the store for the link, after that number; null where it cannot be read now. */
  waiting(link: Link, after: number): Promise<readonly Outbound[] | null>;
  /** They have arrived. */
  arrived(link: Link, seqs: readonly number[]): void;
  /** It goes back to who sent it. */
  refuse(link: Link, outbound: Outbound, error: StanzaError): void;
  /** That many times in a row it was not reached; 0: it is reached again. */
  reached(link: Link, failures: number, error: StanzaError | null): void;
  /** One more was written. */
  sent(): void;
  /** Asks the other server for a sign that it has read all that was written. */
  ask(link: Link): Promise<void>;
}

/**
 * What goes from one domain of ours to one elsewhere, in its order. Something durable is in the store until the other server
 * has confirmed it: with XEP-0198, else by answering a question that was asked after it. What is not is refused when the
 * other server is not reached.
 */
export class Link {
  readonly ours: string;
  readonly theirs: string;
  readonly #host: LinkHost;
  #held: Outbound[] = [];
  #heldBytes = 0;
  /** What is not durable and waits for what is read from the store. */
  #later: Outbound[] = [];
  /** More waits in the store than is held. */
  #isBehind = false;
  #lastSeq = 0;
  /** The last one that was left to be read from the store. */
  #leftSeq = 0;
  #stream: ServerStream | null = null;
  /** Of the stream that is there, or of the one before, to be resumed. */
  #acks: Acknowledgements | null = null;
  /** Written without acknowledgements. */
  #written: Outbound[] = [];
  #askedAtMs = 0;
  #isAsking = false;
  #isPumping = false;
  #isWoken = false;
  #isConnecting = false;
  #failures = 0;
  #retryAtMs = 0;
  #openedAtMs = 0;

  constructor(host: LinkHost, ours: string, theirs: string) {
    this.#host = host;
    this.ours = ours;
    this.theirs = theirs;
  }

  /** By which the store knows it. */
  get key(): string {
    return `${this.theirs} ${this.ours}`;
  }

  get stream(): ServerStream | null {
    return this.#stream;
  }

  /** Of the stream before, where it may be resumed. */
  get resumable(): Acknowledgements | null {
    return this.#acks;
  }

  mayResume(acks: Acknowledgements | null): boolean {
    return acks !== null && this.#acks === acks && this.#stream === null && !this.#isConnecting;
  }

  /** It has no stream, and none is on its way. */
  get isIdle(): boolean {
    return this.#stream === null && this.#acks === null && !this.#isConnecting;
  }

  /** Nothing is known of it that is worth being kept. */
  get isForgettable(): boolean {
    return (
      this.#stream === null && !this.#isConnecting && this.#isEmpty && this.#retryAtMs <= this.#host.nowMs()
    );
  }

  get #isEmpty(): boolean {
    const unacked = this.#acks?.unacked.length ?? 0;
    return !this.#isBehind && this.#held.length + this.#later.length + this.#written.length + unacked === 0;
  }

  /** Something waits in the store since the process was here before. */
  resumeBacklog(): void {
    this.#isBehind = true;
    this.#wake();
  }

  /** Whether it may be talked to is no longer what it was: it is looked at once. */
  retry(): void {
    if (this.#stream === null && !this.#isConnecting && !this.#isEmpty) void this.#connect();
  }

  /** Something durable waits. */
  get isAwaited(): boolean {
    return this.#isBehind || [...this.#held, ...this.#written].some(({ seq }) => seq > 0);
  }

  offer(outbound: Outbound): void {
    const { seq } = outbound;
    const { heldPerLinkMax, heldBytesPerLinkMax } = this.#host.limits;
    const isFull =
      this.#held.length + this.#later.length >= heldPerLinkMax || this.#heldBytes >= heldBytesPerLinkMax;
    if (seq > 0) {
      if (seq <= this.#lastSeq) return;
      if (isFull) this.#isBehind = true;
      if (!this.#isBehind) {
        this.#lastSeq = seq;
        this.#hold(outbound);
      } else {
        this.#leftSeq = seq;
      }
    } else if (isFull) {
      this.#host.refuse(this, outbound, new StanzaError('resource-constraint'));
    } else if (this.#isBehind) {
      this.#later.push(outbound);
    } else {
      this.#hold(outbound);
    }
    this.#wake();
  }

  #hold(outbound: Outbound): void {
    this.#held.push(outbound);
    this.#heldBytes += outbound.text.length;
  }

  #wake(): void {
    if (this.#stream !== null) void this.#pump();
    else if (!this.#isConnecting) this.#connectOr(false);
  }

  /** While the other server is not reached again, what is not durable is not kept waiting. */
  #connectOr(isDue: boolean): void {
    if (!isDue && this.#retryAtMs > this.#host.nowMs()) {
      this.#refusePassing(new StanzaError('remote-server-timeout'));
      return;
    }
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#isConnecting = true;
    try {
      await this.#host.connect(this);
      this.#isConnecting = false;
    } catch (error) {
      this.#isConnecting = false;
      await this.#failed(unreached(error));
    }
  }

  async #failed(error: StanzaError): Promise<void> {
    const { retryMsMin, retryMsMax } = this.#host.limits;
    const most = Math.min(retryMsMax, retryMsMin * 2 ** this.#failures++);
    this.#host.reached(this, this.#failures, error);
    this.#retryAtMs = this.#host.nowMs() + most / 2 + randomBelow(Math.ceil(most / 2));
    this.#refusePassing(error);
    if (error.condition === 'remote-server-timeout') return;
    // Nobody will ever be there, or we may not talk to whoever is: it is no use to wait.
    this.#requeue();
    await this.#refuseAll(error);
  }

  #refusePassing(error: StanzaError): void {
    const all = [...this.#held, ...this.#later];
    this.#later = [];
    this.#setHeld(all.filter(({ seq }) => seq > 0));
    for (const outbound of all) if (outbound.seq === 0) this.#host.refuse(this, outbound, error);
  }

  async #refuseAll(error: StanzaError): Promise<void> {
    for (;;) {
      const held = this.#held;
      this.#setHeld([]);
      for (const outbound of held) this.#host.refuse(this, outbound, error);
      if (!this.#isBehind || !(await this.#refill())) return;
    }
  }

  #setHeld(held: Outbound[]): void {
    this.#held = held;
    this.#heldBytes = held.reduce((sum, { text }) => sum + text.length, 0);
  }

  /**
   * The stream is the way of this link now. `isResumed`: it goes on where the one before ended; `h`: what the other server says
   * that it had handled. Throws StreamError.
   */
  attach(stream: ServerStream, { isResumed, h }: Pick<Initiated, 'isResumed' | 'h'>): void {
    this.#stream = stream;
    if (this.#failures > 0) this.#host.reached(this, 0, null);
    this.#failures = 0;
    this.#retryAtMs = 0;
    this.#openedAtMs = this.#host.nowMs();
    this.#isAsking = false;
    if (this.#acks !== null && h !== undefined) this.#confirm(this.#acks.acknowledged(h));
    if (isResumed) for (const { text } of this.#acks?.unacked ?? []) stream.transport.sendStanza(text);
    else this.#requeue();
    this.#acks = stream.acks;
    void this.#pump();
  }

  /** Its stream has got acknowledgements. */
  acknowledging(stream: ServerStream): void {
    if (this.#stream === stream && this.#acks === null) this.#acks = stream.acks;
  }

  /** Of the session that is not resumed: what is not known to have arrived goes first. */
  #requeue(): void {
    const again = [...(this.#acks?.unacked ?? []), ...this.#written];
    this.#acks = null;
    this.#written = [];
    this.#setHeld([...again, ...this.#held]);
  }

  /** Throws StreamError. */
  acknowledged(h: string | undefined): void {
    if (this.#acks === null) return;
    const arrived = this.#acks.acknowledged(h);
    this.#isAsking = false;
    this.#confirm(arrived);
    void this.#pump();
  }

  #confirm(arrived: readonly Outbound[]): void {
    const seqs = arrived.flatMap(({ seq }) => (seq > 0 ? [seq] : []));
    if (seqs.length > 0) this.#host.arrived(this, seqs);
  }

  /** The stream is gone. */
  lost(stream: ServerStream): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    if (this.#acks !== null && this.#acks.id === '') this.#requeue();
    if (this.#acks === null) this.#requeue();
    if (this.#isEmpty) return;
    // A server that ends every stream at once is one that is not reached.
    const { retryMsMin } = this.#host.limits;
    if (this.#host.nowMs() - this.#openedAtMs < retryMsMin) this.#retryAtMs = this.#openedAtMs + retryMsMin;
    else void this.#connect();
  }

  /** It waits no longer. False where it is under way. */
  withdraw(seq: number): boolean {
    const isIt = (outbound: Outbound) => outbound.seq === seq;
    if (this.#written.some(isIt) || this.#acks?.unacked.some(isIt)) return false;
    this.#setHeld(this.#held.filter((outbound) => !isIt(outbound)));
    return true;
  }

  /** Looks at the time. */
  tick(): void {
    const now = this.#host.nowMs();
    const stream = this.#stream;
    if (stream === null) {
      if (!this.#isConnecting && !this.#isEmpty && this.#retryAtMs <= now) this.#connectOr(true);
      return;
    }
    const { unconfirmedMsMax, idleMsMax } = this.#host.limits;
    if (this.#isAsking && now - this.#askedAtMs > unconfirmedMsMax) {
      if (this.#acks !== null) stream.cut('unanswered');
      else this.#answered(this.#written.length);
    } else if (this.#isEmpty && now - stream.spokeAtMs > idleMsMax) {
      stream.close();
    }
    if (this.#isBehind) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isWoken = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      // What came while it was found that there was nothing is not left lying.
      while (this.#isWoken) {
        this.#isWoken = false;
        while (await this.#pumpOne());
      }
      this.#ask();
    } finally {
      this.#isPumping = false;
    }
  }

  /** False: there is nothing to do for now. */
  async #pumpOne(): Promise<boolean> {
    const stream = this.#stream;
    const unconfirmed = (this.#acks?.unacked.length ?? 0) + this.#written.length;
    if (stream === null || stream.isOver || unconfirmed >= this.#host.limits.unconfirmedMax) return false;
    const outbound = this.#held.shift();
    if (outbound === undefined) {
      return this.#isBehind && this.#refill();
    }
    this.#heldBytes -= outbound.text.length;
    if (Buffer.byteLength(outbound.text) > stream.peerBytesMax) {
      const text = 'longer than the other server takes';
      this.#host.refuse(this, outbound, new StanzaError('policy-violation', { text }));
      return true;
    }
    if (this.#acks !== null) this.#acks.sent(outbound);
    else if (outbound.seq > 0) this.#written.push(outbound);
    stream.spokeAtMs = this.#host.nowMs();
    this.#host.sent();
    if (!stream.transport.sendStanza(outbound.text)) await stream.transport.drain();
    return true;
  }

  /** False: nothing can be read now. */
  async #refill(): Promise<boolean> {
    const found = await this.#host.waiting(this, this.#lastSeq);
    if (found === null) return false;
    for (const outbound of found) {
      if (outbound.seq <= this.#lastSeq) continue;
      this.#lastSeq = outbound.seq;
      this.#hold(outbound);
    }
    // What was left meanwhile is there by now.
    if (found.length > 0 || this.#leftSeq > this.#lastSeq) return true;
    this.#isBehind = false;
    for (const outbound of this.#later.splice(0)) this.#hold(outbound);
    return true;
  }

  #ask(): void {
    const stream = this.#stream;
    if (this.#isAsking || stream === null || stream.isOver) return;
    if (this.#acks !== null) {
      if (this.#acks.unacked.length === 0) return;
      this.#begun();
      stream.transport.send(askingText);
      return;
    }
    const count = this.#written.length;
    if (count === 0) return;
    this.#begun();
    void this.#host.ask(this).then(() => {
      if (this.#stream === stream && this.#isAsking) this.#answered(count);
    });
  }

  #begun(): void {
    this.#isAsking = true;
    this.#askedAtMs = this.#host.nowMs();
  }

  #answered(count: number): void {
    this.#isAsking = false;
    this.#confirm(this.#written.splice(0, count));
    void this.#pump();
  }
}

const askingText = "<r xmlns='urn:xmpp:sm:3'/>";

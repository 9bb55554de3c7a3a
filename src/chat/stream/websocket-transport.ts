import {
  type Attributes,
  type Element,
  element,
  parseElement,
  writeElement,
} from '../../formats/stanza/index.ts';
import type { Connection, WebSocketPeer } from '../../net/index.ts';
import { StreamError } from '../errors.ts';
import { clientNs, framingNs, streamsNs } from '../namespaces.ts';
import { innerText, streamFault } from './tcp-transport.ts';
import type { StreamEvent, Transport } from './transport.ts';

const gone: StreamEvent = { kind: 'gone' };
const end: StreamEvent = { kind: 'end' };

const isStanzaName = (name: string): boolean => name === 'message' || name === 'presence' || name === 'iq';

/** In the name space of clients, what begins a stanza without any. */
const declared = (text: string): string => text.replace(/<[a-z]+/, `$& xmlns='${clientNs}'`);

/** RFC 7395: each message is one element; TLS is the door's, and there are no stream tags. */
export class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  readonly #peer: WebSocketPeer;
  readonly #frames: string[] = [];
  #waiting: ((event: StreamEvent | Promise<StreamEvent>) => void) | null = null;
  #isGone = false;
  #isOpen = false;
  #bytesMax: number;

  constructor(peer: WebSocketPeer, bytesMax: number) {
    this.#peer = peer;
    this.#bytesMax = bytesMax;
    peer.onMessage((text) => {
      // As white space between stanzas on TCP (RFC 6120 §4.6.1); load tools (tsung) send it where they have nothing to say.
      if (text.trim() === '') return;
      this.#frames.push(text);
      this.#wake();
      // What is not asked for yet waits in the socket.
      if (this.#frames.length > 0) peer.pause();
    });
    void peer.connection.closed.then(() => {
      this.#isGone = true;
      this.#wake();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get connection(): Connection {
    return this.#peer.connection;
  }

  next(): StreamEvent | Promise<StreamEvent> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return this.#eventOf(frame);
    if (this.#isGone) return gone;
    this.#peer.resume();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const frame = this.#frames.shift();
    if (frame === undefined && !this.#isGone) return;
    this.#waiting = null;
    if (frame === undefined) {
      waiting(gone);
      return;
    }
    try {
      waiting(this.#eventOf(frame));
    } catch (error) {
      waiting(Promise.reject(error));
    }
  }

  #eventOf(frame: string): StreamEvent {
    if (Buffer.byteLength(frame) > this.#bytesMax)
      throw new StreamError('policy-violation', `an element longer than ${this.#bytesMax} bytes`);
    let of: Element;
    try {
      of = parseElement(frame);
      // RFC 7395 §3.3.3 wants it declared; load tools (tsung) write as on TCP, and ejabberd takes it.
      if (of.ns === '' && isStanzaName(of.name)) of = parseElement(declared(frame));
    } catch (error) {
      throw streamFault(error);
    }
    if (of.ns !== framingNs) {
      // RFC 7395 §3.3.3: a stream of the old binding, or an element without its own name space.
      if (of.ns === streamsNs && of.name === 'stream') throw new StreamError('invalid-namespace');
      return { kind: 'element', element: of, characters: frame.length };
    }
    if (of.name === 'close') return end;
    if (of.name !== 'open') throw new StreamError('bad-format', `<${of.name}> is no frame of XMPP`);
    return { kind: 'head', element: of };
  }

  open(attributes: Attributes): void {
    this.#isOpen = true;
    this.#peer.send(writeElement(element('open', framingNs, attributes)));
  }

  send(text: string): boolean {
    return this.#peer.send(text);
  }

  /** RFC 7395 §3.3.3: every frame declares its name space by itself. */
  sendStanza(text: string): boolean {
    const name = /^<[a-z]+/.exec(text)?.[0] ?? '';
    const isDeclared = text.startsWith(' xmlns=', name.length);
    return this.#peer.send(isDeclared ? text : `${name} xmlns='${clientNs}'${text.slice(name.length)}`);
  }

  sendStream({ name, children }: Element): boolean {
    const head = `<stream:${name} xmlns:stream='${streamsNs}'>`;
    return this.#peer.send(`${head}${innerText(children, '')}</stream:${name}>`);
  }

  drain(): Promise<void> {
    return this.#peer.drain();
  }

  async startTls(): Promise<void> {
    throw new StreamError('policy-violation', 'a WebSocket is encrypted by its own door');
  }

  restart(): void {
    this.#isOpen = false;
  }

  trust(bytesMax: number): void {
    this.#bytesMax = bytesMax;
  }

  close(): void {
    if (this.#isOpen) this.#peer.send(writeElement(element('close', framingNs)));
    this.#isOpen = false;
    this.#peer.close(1000, '');
  }
}

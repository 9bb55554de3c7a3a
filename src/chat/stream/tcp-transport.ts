import { sleep } from '../../base/index.ts';
import {
  type Attributes,
  type Element,
  escapeAttribute,
  escapeText,
  parseElement,
  parseHead,
  type Scope,
  type StreamPiece,
  StreamSplitter,
  writeElement,
  XmlFault,
  type XmlFaultKind,
} from '../../formats/stanza/index.ts';
import { type Connection, type OctetFlow, TlsFailure } from '../../net/index.ts';
import { type StreamCondition, StreamError } from '../errors.ts';
import { unreadBytesMax } from '../limits.ts';
import { streamsNs } from '../namespaces.ts';
import type { Pace } from './pace.ts';
import type { StreamEvent, Transport } from './transport.ts';

const gone: StreamEvent = { kind: 'gone' };

/** RFC 6120 §4: a stream of XML over TCP. Octets are parsed as they are asked for, so who floods waits in the socket. */
export class TcpTransport implements Transport {
  readonly kind = 'tcp';
  readonly connection: Connection;
  readonly #ns: string;
  readonly #pace: Pick<Pace, 'take'>;
  #splitter: StreamSplitter;
  readonly #flow: OctetFlow;
  /** What came and was not asked for yet. */
  readonly #unread: Buffer[] = [];
  #unreadBytes = 0;
  #waiting: (() => void) | null = null;
  #isGone = false;
  #pieces: Iterator<StreamPiece> | null = null;
  #scope: Scope | undefined;
  #isOpen = false;

  /**
   * `ns`: `jabber:client` or `jabber:server`, the default name space of our streams. `pace`: of what is no element: who keeps the
   * line open (RFC 6120 §4.6.1) faster than anybody needs is read later.
   */
  constructor(connection: Connection, ns: string, bytesMax: number, pace: Pick<Pace, 'take'>) {
    this.connection = connection;
    this.#pace = pace;
    this.#ns = ns;
    this.#splitter = new StreamSplitter(bytesMax);
    this.#flow = connection.octets({
      onOctets: (octets) => this.#came(octets),
      onEnd: () => this.#ended(),
    });
    void connection.closed.then(() => this.#ended());
  }

  #came(octets: Buffer): void {
    this.#unread.push(octets);
    this.#unreadBytes += octets.length;
    // Who sends faster than is read waits in the socket.
    if (this.#unreadBytes >= unreadBytesMax) this.#flow.pause();
    this.#wake();
  }

  #ended(): void {
    this.#isGone = true;
    this.#wake();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = null;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  next(): StreamEvent | Promise<StreamEvent> {
    return this.#buffered() ?? this.#read();
  }

  #buffered(): StreamEvent | null {
    if (this.#pieces === null) return null;
    try {
      const { value, done } = this.#pieces.next();
      if (!done) return this.#eventOf(value);
    } catch (error) {
      throw streamFault(error);
    }
    this.#pieces = null;
    return null;
  }

  async #read(): Promise<StreamEvent> {
    for (;;) {
      const spaces = this.#splitter.takeSpaces();
      const waitMs = spaces === 0 ? 0 : this.#pace.take(spaces);
      if (waitMs > 0) await Promise.race([sleep(waitMs), this.connection.closed]);
      const octets = this.#unread.shift();
      if (octets === undefined) {
        if (this.#isGone) return gone;
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
        continue;
      }
      const wasFull = this.#unreadBytes >= unreadBytesMax;
      this.#unreadBytes -= octets.length;
      if (wasFull && this.#unreadBytes < unreadBytesMax) this.#flow.resume();
      this.#pieces = this.#splitter.write(octets);
      const event = this.#buffered();
      if (event !== null) return event;
    }
  }

  #eventOf(piece: StreamPiece): StreamEvent {
    if (piece.kind === 'end') return piece;
    if (piece.kind === 'element') {
      const { text } = piece;
      return { kind: 'element', element: parseElement(text, this.#scope), characters: text.length };
    }
    const { element, scope } = parseHead(piece.text);
    this.#scope = scope;
    demandStream(element);
    if (scope.ns !== this.#ns) throw new StreamError('invalid-namespace', `the default is not ${this.#ns}`);
    return { kind: 'head', element };
  }

  open(attributes: Attributes): void {
    this.#isOpen = true;
    let head = `<?xml version='1.0'?><stream:stream xmlns='${this.#ns}' xmlns:stream='${streamsNs}'`;
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) head += ` ${name}='${escapeAttribute(value)}'`;
    }
    this.connection.write(`${head}>`);
  }

  send(text: string): boolean {
    return this.connection.write(text);
  }

  sendStanza(text: string): boolean {
    return this.connection.write(text);
  }

  sendStream({ name, children }: Element): boolean {
    return this.connection.write(`<stream:${name}>${innerText(children, this.#ns)}</stream:${name}>`);
  }

  drain(): Promise<void> {
    return this.connection.drain();
  }

  async startTls(proceed?: string): Promise<void> {
    this.#forget();
    try {
      await this.connection.startTls(proceed);
    } catch (error) {
      if (proceed === undefined || !(error instanceof TlsFailure)) throw error;
      // RFC 6120 §5.4.3.2: who asked for it and cannot is gone, and nobody is told anything.
      this.#isOpen = false;
      this.#ended();
      return;
    }
    this.#splitter = new StreamSplitter(this.#splitter.bytesMax);
    this.#isOpen = false;
  }

  /** What came before a handshake was said by anybody (THREATS 2). */
  #forget(): void {
    this.#pieces = null;
    this.#unread.length = 0;
    this.#unreadBytes = 0;
    this.#flow.resume();
  }

  restart(): void {
    this.#splitter.restart();
    this.#isOpen = false;
  }

  trust(bytesMax: number): void {
    this.#splitter.bytesMax = bytesMax;
  }

  close(): void {
    if (this.#isOpen) this.connection.write('</stream:stream>');
    this.#isOpen = false;
    this.connection.close();
  }
}

export const innerText = (children: Element['children'], ns: string): string =>
  children.map((child) => (typeof child === 'string' ? escapeText(child) : writeElement(child, ns))).join('');

function demandStream({ name, ns }: Element): void {
  if (ns !== streamsNs) throw new StreamError('invalid-namespace', `the stream is not of ${streamsNs}`);
  if (name !== 'stream') throw new StreamError('bad-format', 'a stream begins with <stream:stream>');
}

/** RFC 6120 §4.9.3: what is wrong with the XML of a stream, by the name that the other side knows. */
const faults = {
  malformed: 'not-well-formed',
  restricted: 'restricted-xml',
  'too-much': 'policy-violation',
  encoding: 'unsupported-encoding',
  prefix: 'bad-namespace-prefix',
} as const satisfies Record<XmlFaultKind, StreamCondition>;

export const streamFault = (error: unknown): unknown =>
  error instanceof XmlFault ? new StreamError(faults[error.kind], error.message) : error;

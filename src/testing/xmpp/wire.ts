import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { messageOf } from '../../base/index.ts';
import {
  type Element,
  escapeAttribute,
  parseElement,
  parseHead,
  type Scope,
  StreamSplitter,
} from '../../formats/stanza/index.ts';

export const clientNs = 'jabber:client';
export const streamNs = 'http://etherx.jabber.org/streams';
const framingNs = 'urn:ietf:params:xml:ns:xmpp-framing';
/** What a test reads at most as one element. */
const elementOctets = 8 * 1024 * 1024;

export const serverNs = 'jabber:server';
export const dialbackNs = 'jabber:server:dialback';

/** What stands around stanzas in a transcript: as on a stream, with `stream:` and `db:` declared. */
export const scopeOf = (ns: string): Scope => ({
  ns,
  prefixes: new Map([
    ['stream', streamNs],
    ['db', dialbackNs],
  ]),
});
export const stanzaScope: Scope = scopeOf(clientNs);

/** What comes over a stream; `lost`: the connection is gone. */
export type WireNews =
  | { readonly kind: 'head'; readonly element: Element }
  | { readonly kind: 'element'; readonly element: Element; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'lost'; readonly why: string };

export interface StreamHead {
  readonly to: string;
  readonly from?: string;
  /** Name space of the stanzas; default jabber:client. */
  readonly ns?: string;
  /** Attributes as text, for streams between servers: `xmlns:db='jabber:server:dialback'`. */
  readonly more?: string;
}

/** One connection; knows streams and elements and nothing of logins. */
export interface XmppWire {
  readonly kind: 'tcp' | 'websocket';
  readonly secure: boolean;
  /** Text as it stands. */
  sendRaw(text: string): Promise<void>;
  /** An element; on a WebSocket it gets the name space that a stream would have declared (RFC 7395 §3.3.3). */
  sendElement(text: string): Promise<void>;
  /** The head of a first or a further stream. */
  open(head: StreamHead): Promise<void>;
  /** The end of the stream; the connection stays. */
  end(): Promise<void>;
  startTls(): Promise<void>;
  /** RFC 9266 tls-exporter; throws an Error without TLS. */
  exporter(): Buffer;
  /** The connection is gone at once, without a word. */
  cut(): void;
}

export interface WireDoor {
  readonly transport: 'tcp' | 'tls' | 'websocket';
  readonly host?: string;
  readonly port: number;
  /** Path of the WebSocket; default /xmpp-websocket. */
  readonly path?: string;
  /** For TLS, at once or after STARTTLS; on a WebSocket: wss. */
  readonly tls?: ConnectionOptions;
}

type Hear = (news: WireNews) => void;

/** Throws an Error where nobody listens, or where what answers is no WebSocket for XMPP. */
export async function openWire(door: WireDoor, hear: Hear): Promise<XmppWire> {
  return door.transport === 'websocket' ? openWebSocket(door, hear) : openTcp(door, hear);
}

async function openTcp(door: WireDoor, hear: Hear): Promise<XmppWire> {
  const { host = '127.0.0.1', port, tls = {}, transport } = door;
  const alpn = { ALPNProtocols: ['xmpp-client'] };
  const reader = new StreamReader(hear);
  let socket: Socket =
    transport === 'tls'
      ? await connected(connectTls({ host, port, ...alpn, ...tls }), 'secureConnect')
      : await connected(connectTcp({ host, port, noDelay: true }), 'connect');
  reader.attach(socket);
  let secure = transport === 'tls';
  const sendRaw = (text: string) => written((done) => socket.write(text, done));
  return {
    kind: 'tcp',
    get secure() {
      return secure;
    },
    sendRaw,
    sendElement: sendRaw,
    open(head) {
      reader.restart();
      return sendRaw(headText(head));
    },
    end: () => sendRaw('</stream:stream>'),
    async startTls() {
      reader.detach(socket);
      socket = await connected(connectTls({ ...tls, socket }), 'secureConnect');
      secure = true;
      reader.attach(socket);
    },
    exporter() {
      if (!(socket instanceof TLSSocket)) throw new Error('there is no TLS');
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    },
    cut: () => void socket.destroy(),
  };
}

function headText({ to, from, ns = clientNs, more = '' }: StreamHead): string {
  const sender = from === undefined ? '' : ` from='${escapeAttribute(from)}'`;
  const names = `xmlns='${ns}' xmlns:stream='${streamNs}' ${more}`.trimEnd();
  return `<?xml version='1.0'?><stream:stream to='${escapeAttribute(to)}'${sender} version='1.0' xml:lang='en' ${names}>`;
}

/** Cuts what comes over TCP into elements and reads them with the names that their stream declared. */
class StreamReader {
  readonly #hear: Hear;
  readonly #splitter = new StreamSplitter(elementOctets);
  #scope: Scope = stanzaScope;
  #isLost = false;
  readonly #onData = (octets: Buffer) => this.#read(octets);
  readonly #onClose = () => this.#lost('closed');
  readonly #onError = (error: Error) => this.#lost(error.message);

  constructor(hear: Hear) {
    this.#hear = hear;
  }

  attach(socket: Socket): void {
    socket.on('data', this.#onData).on('close', this.#onClose).on('end', this.#onClose);
    socket.on('error', this.#onError);
  }

  detach(socket: Socket): void {
    socket.off('data', this.#onData).off('close', this.#onClose).off('end', this.#onClose).pause();
  }

  restart(): void {
    this.#splitter.restart();
  }

  #read(octets: Buffer): void {
    try {
      for (const piece of this.#splitter.write(octets)) {
        if (piece.kind === 'end') this.#hear({ kind: 'end' });
        else if (piece.kind === 'head') {
          const head = parseHead(piece.text);
          this.#scope = head.scope;
          this.#hear({ kind: 'head', element: head.element });
        } else {
          const { text } = piece;
          this.#hear({ kind: 'element', element: parseElement(text, this.#scope), text });
        }
      }
    } catch (error) {
      this.#lost(`what came is no stream: ${messageOf(error)}`);
    }
  }

  #lost(why: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#hear({ kind: 'lost', why });
  }
}

async function openWebSocket(door: WireDoor, hear: Hear): Promise<XmppWire> {
  const { host = '127.0.0.1', port, tls, path = '/xmpp-websocket' } = door;
  const url = `${tls ? 'wss' : 'ws'}://${host}:${port}${path}`;
  const socket = new WebSocket(url, ['xmpp'], { ...tls, perMessageDeflate: false });
  await new Promise((resolve, reject) => void socket.once('open', resolve).once('error', reject));
  const lost = (why: string) => hear({ kind: 'lost', why });
  socket.on('message', (data: Buffer) => readFrame(data.toString(), hear));
  socket.once('close', (code) => lost(`closed with ${code}`)).on('error', () => undefined);
  const sendRaw = (text: string) => written((done) => socket.send(text, done));
  return {
    kind: 'websocket',
    secure: tls !== undefined,
    sendRaw,
    sendElement: (text) => sendRaw(declared(text)),
    open: ({ to, from }) =>
      sendRaw(
        `<open xmlns='${framingNs}' to='${escapeAttribute(to)}' version='1.0' xml:lang='en'${
          from === undefined ? '' : ` from='${escapeAttribute(from)}'`
        }/>`,
      ),
    end: () => sendRaw(`<close xmlns='${framingNs}'/>`),
    startTls: async () => {
      throw new Error('a WebSocket has no STARTTLS (RFC 7395 §3.9)');
    },
    exporter() {
      throw new Error('a browser knows nothing of the TLS of a WebSocket');
    },
    cut: () => socket.terminate(),
  };
}

function readFrame(text: string, hear: Hear): void {
  try {
    const element = parseElement(text);
    if (element.ns !== framingNs) hear({ kind: 'element', element, text });
    else if (element.name === 'open') hear({ kind: 'head', element });
    else hear({ kind: 'end' });
  } catch (error) {
    hear({ kind: 'lost', why: `a frame that is no element: ${messageOf(error)}: ${text}` });
  }
}

/** Each frame is a document of its own: a name without prefix is of jabber:client, and says so. */
function declared(text: string): string {
  const [tag, name = ''] = /^\s*<([^\s/>]+)[^>]*>/.exec(text) ?? [];
  if (tag === undefined || name.includes(':') || /\sxmlns=/.test(tag)) return text;
  return text.replace(`<${name}`, `<${name} xmlns='${clientNs}'`);
}

function connected<T extends Socket>(socket: T, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject).once('close', () => reject(new Error('the connection was closed')));
    socket.once(event, () => resolve(socket.off('error', reject)));
  });
}

const written = (write: (done: (error?: Error | null) => void) => void) =>
  new Promise<void>((resolve, reject) => write((error) => (error ? reject(error) : resolve())));

import type { Attributes, Element } from '../../formats/stanza/index.ts';
import type { Connection } from '../../net/index.ts';

/** What comes from the other side, in order. */
export type StreamEvent =
  /** The stream is opened; `element` is its start tag, or `<open/>` of RFC 7395. */
  | { readonly kind: 'head'; readonly element: Element }
  /** `characters`: of its text, for the pace of the client. */
  | { readonly kind: 'element'; readonly element: Element; readonly characters: number }
  /** The other side has closed its stream. */
  | { readonly kind: 'end' }
  /** The connection is gone. */
  | { readonly kind: 'gone' };

/** A stream's way over TCP or WebSocket: framing, and nothing of what is said. */
export interface Transport {
  readonly kind: 'tcp' | 'websocket';
  readonly connection: Connection;
  /** Our stream is open, and not closed yet. */
  readonly isOpen: boolean;
  /** The next event; at once where it is there already. One caller at a time. Throws StreamError for what is no XMPP. */
  next(): StreamEvent | Promise<StreamEvent>;
  /** Opens our stream (RFC 6120 §4.7, RFC 7395 §3.4). */
  open(attributes: Attributes): void;
  /** Queues an element that declares its own name space. False: `drain` before much more is sent. */
  send(text: string): boolean;
  /** Queues a stanza as `stanzaText` writes it: the default name space is the stream's. */
  sendStanza(text: string): boolean;
  /** `<stream:features>` and `<stream:error>`: some clients know them by that prefix alone. */
  sendStream(element: Element): boolean;
  drain(): Promise<void>;
  /**
   * Sends `proceed`, where we are the ones who are asked, drops what came before it and shakes hands; a new stream begins. TCP
   * alone. Who asked us and cannot is `gone`; where we asked, throws TlsFailure.
   */
  startTls(proceed?: string): Promise<void>;
  /** The stream begins anew on the same connection (RFC 6120 §4.3.3). */
  restart(): void;
  /** From now on an element may be so long. */
  trust(bytesMax: number): void;
  /** Closes our stream, then the connection; what waits is sent. */
  close(): void;
}

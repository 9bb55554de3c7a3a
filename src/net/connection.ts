import type { Duplex } from 'node:stream';
import type { Endpoint } from './address.ts';
import type { LineReader, LineReaderOptions } from './line-reader.ts';
import type { OctetFlow, OctetReader } from './octet-reader.ts';
import type { PeerCertificate } from './tls/index.ts';

export interface TlsInfo {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** IANA name of the cipher suite. */
  readonly cipher: string;
  readonly sni: string | null;
  readonly alpn: string | null;
}

/**
 * Why a connection ended: `peer` closed it, we did (`local`), the network did (`reset`), or a limit. Protocols may
 * give reasons of their own to `destroy`.
 */
export const closeReasons = [
  'peer',
  'local',
  'reset',
  'idle',
  'slow-reader',
  'unauthenticated',
  'handshake-failed',
  'handshake-timeout',
  'proxy-header',
  'too-many',
  'gave-way',
  'drained',
  'internal',
  'compression',
] as const;

/**
 * One client, from the moment a protocol may speak to it (after any PROXY header and implicit TLS); or one server that we
 * went to (`Network.dial`), to which all that is said of clients here applies.
 */
export interface Connection {
  /** Short and unique in this process, for the log. */
  readonly id: string;
  readonly listener: string;
  /** The client as the PROXY header names it, else as the socket does. */
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly secure: boolean;
  /** True after `compress`. */
  readonly compressed: boolean;
  /**
   * The current socket: net.Socket, and tls.TLSSocket once secure. For libraries that want a stream. Not to be read or
   * written once compressed.
   */
  readonly stream: Duplex;
  tlsInfo(): TlsInfo | null;
  /** RFC 9266 tls-exporter and others; null without TLS 1.3 (§4.2 asks for more than Node tells about 1.2). */
  exportKeyingMaterial(label: string, length: number): Buffer | null;
  /** RFC 5929 §4.1 tls-server-end-point; null without TLS or where the certificate's signature has no one hash. */
  serverCertificateHash(): Buffer | null;
  /** What the other side showed; null without TLS, and where it showed nothing. Made anew at each call. */
  peerCertificate(): PeerCertificate | null;
  /** A reader on this connection that survives `startTls` and `compress`; one per connection, made on the first call. */
  lines(options: LineReaderOptions): LineReader;
  /**
   * In place of `lines`: what comes, as it comes, from this turn on. It survives `startTls` and `compress`; of what was
   * told before a handshake its reader forgets the rest (THREATS 2), of what was not, nobody hears. Once per connection.
   */
  octets(reader: OctetReader): OctetFlow;
  /**
   * Queues bytes; writes of one turn of the loop leave together. False: `drain()` before writing much more. A client
   * that lets more than `sendBufferBytesMax` wait is cut off (`slow-reader`), so large answers are written in pieces.
   * `sent` is called when nobody reads `data`, or what was written before it, any more; never where the connection fails.
   */
  write(data: string | Buffer, sent?: () => void): boolean;
  /**
   * For libraries that write to `stream` by themselves: what they write meanwhile leaves with the turn, and the bound on
   * what waits holds for it. Answers as `write` does; false and nothing done where the connection ends.
   */
  writing(write: () => void): boolean;
  /** Holds back what is written until as many `uncork`; for answers made over several turns. */
  cork(): void;
  uncork(): void;
  /** Lets everything go that is held back; resolves when the client has taken enough, or is gone. */
  drain(): Promise<void>;
  /**
   * Drops every byte received and unread (THREATS 2), sends `reply` in clear, then shakes hands. Pass the go-ahead
   * (`a1 OK`, `220`) as `reply`: written earlier, the client's first TLS bytes could be dropped with the rest.
   * Rejects with TlsFailure, the connection being gone.
   */
  startTls(reply?: string | Buffer): Promise<void>;
  /**
   * Sends `reply` as it is, then compresses with DEFLATE (RFC 1951) what is written and inflates what comes, under TLS
   * where that is on. What was received and not read counts as compressed. A corrupt stream ends the connection
   * (`compression`). TLS cannot be started after it.
   */
  compress(reply?: string | Buffer): void;
  /** Lifts the time limit on strangers. */
  authenticated(): void;
  /** Nobody is known any more: the time limit on strangers begins anew. `msMax`: in place of the listener's; 0 none. */
  unauthenticated(msMax?: number): void;
  /** Ends the connection (`idle`) after so long without a byte in either direction; 0 never. */
  setIdleTimeout(ms: number): void;
  /** Called when the server drains: say goodbye and `close()`. Without it the connection is just closed. */
  onDrain(callback: () => void): void;
  /** Sends what waits, then ends; what the client still says is dropped. */
  close(): void;
  destroy(reason: string): void;
  /** Resolves with the reason once the socket is gone; never rejects. */
  readonly closed: Promise<string>;
}

/** A handshake that failed or took too long. */
export class TlsFailure extends Error {
  override readonly name = 'TlsFailure';
  readonly code: string;

  constructor(code: string) {
    super(`TLS handshake failed: ${code}`);
    this.code = code;
  }
}

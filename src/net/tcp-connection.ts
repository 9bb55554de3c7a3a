import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../base/index.ts';
import type { Log, Tap } from '../observability/index.ts';
import type { Endpoint } from './address.ts';
import { type Connection, TlsFailure, type TlsInfo } from './connection.ts';
import { Deflater } from './deflater.ts';
import { Inflater } from './inflater.ts';
import type { NetLimits } from './limits.ts';
import { LineReader, type LineReaderOptions } from './line-reader.ts';
import { type OctetFlow, type OctetReader, OctetStream } from './octet-reader.ts';
import { tapStream } from './tap-stream.ts';
import {
  type Certificates,
  type ClientSide,
  clientFault,
  clientTls,
  endPointHash,
  type PeerCertificate,
  peerCertificateOf,
  serverTls,
} from './tls/index.ts';

/** What a connection leans on; one object per listener. */
export interface Surroundings {
  readonly listener: string;
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly alpn: readonly string[] | undefined;
  readonly limits: NetLimits;
  readonly log: Log;
  readonly clock: Clock;
  readonly certificates: Certificates | null;
  readonly requestClientCertificate: boolean;
  /** Where it is we who opened the connection. */
  readonly client?: ClientSide;
  readonly onHandshake: (outcome: 'done' | 'failed') => void;
}

/** Why a connection ends that never finishes its TLS. */
const handshaking = 'handshake-timeout';

/** The socket behind a Connection: its life, its deadlines and its TLS. Deadlines are looked at by `sweep`. */
export class TcpConnection implements Connection {
  readonly id: string;
  readonly closed: Promise<string>;
  remote: Endpoint;
  local: Endpoint;
  readonly #around: Surroundings;
  readonly #raw: Socket;
  readonly #tap: Tap | null;
  #untap: (() => void) | null = null;
  #stream: Socket;
  #tls: TLSSocket | null = null;
  #secure = false;
  #deflater: Deflater | null = null;
  /** Who wants to know when what waits to be deflated was read. */
  #deflating: (() => void)[] = [];
  #inflater: Inflater | null = null;
  #reader: LineReader | OctetStream | null = null;
  #reason: string | null = null;
  #closing = false;
  #coalescing = false;
  #draining: Promise<void> | null = null;
  #drainCallback: (() => void) | null = null;
  #resolveClosed: (reason: string) => void = () => undefined;
  // Monotonic milliseconds; 0 is none.
  #unauthenticatedMsMax = 0;
  #authDeadlineMs = 0;
  #stepDeadlineMs = 0;
  #stepReason = '';
  #idleMs = 0;
  #activeAtMs: number;
  #bytesSeen = 0;
  #stalledAtMs = 0;
  #flushedSeen = 0;

  constructor(
    id: string,
    socket: Socket,
    around: Surroundings,
    ends: { remote: Endpoint; local: Endpoint },
    tap: Tap | null,
  ) {
    this.id = id;
    this.#around = around;
    this.#raw = socket;
    this.#stream = socket;
    this.#tap = tap;
    this.remote = ends.remote;
    this.local = ends.local;
    this.#activeAtMs = around.clock.monotonicMs();
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  get log(): Log {
    return this.#around.log;
  }

  get listener(): string {
    return this.#around.listener;
  }

  get secure(): boolean {
    return this.#secure;
  }

  get stream(): Socket {
    return this.#stream;
  }

  /** From here on the connection is the protocol's. */
  open(unauthenticatedMsMax: number): void {
    this.#clearStep();
    this.#unauthenticatedMsMax = unauthenticatedMsMax;
    this.unauthenticated();
    this.#activeAtMs = this.#now();
    if (this.#untap === null) this.#tapStream();
  }

  step(reason: string, msMax: number): void {
    this.#stepReason = reason;
    this.#stepDeadlineMs = this.#now() + msMax;
  }

  /** Too many of them; the listener ends it, at the latest when a client does not read why. */
  refused(): void {
    this.#reason ??= 'too-many';
    this.step('too-many', this.#around.limits.closeLingerMsMax);
  }

  tlsInfo(): TlsInfo | null {
    const tls = this.#tls;
    if (tls === null || !this.#secure) return null;
    const { servername, alpnProtocol } = tls as TLSSocket & { servername?: string | false };
    return {
      protocol: tls.getProtocol() ?? 'unknown',
      cipher: tls.getCipher()?.standardName ?? 'unknown',
      sni: typeof servername === 'string' && servername !== '' ? servername : null,
      alpn: typeof alpnProtocol === 'string' ? alpnProtocol : null,
    };
  }

  exportKeyingMaterial(label: string, length: number): Buffer | null {
    if (this.#tls === null || this.#tls.destroyed || this.#tls.getProtocol() !== 'TLSv1.3') return null;
    // RFC 9266 §2: the context is the empty string.
    return this.#tls.exportKeyingMaterial(length, label, Buffer.alloc(0));
  }

  serverCertificateHash(): Buffer | null {
    const tls = this.#tls;
    const shown = this.#around.client === undefined ? tls?.getCertificate() : tls?.getPeerCertificate();
    return shown && 'raw' in shown && Buffer.isBuffer(shown.raw) ? endPointHash(shown.raw) : null;
  }

  peerCertificate(): PeerCertificate | null {
    if (this.#tls === null || !this.#secure) return null;
    const { certificates, client, clock } = this.#around;
    if (client !== undefined || certificates === null) return peerCertificateOf(this.#tls);
    return peerCertificateOf(this.#tls, { trusted: certificates.trusted, nowMs: clock.nowMs() });
  }

  lines(options: LineReaderOptions): LineReader {
    this.#reader ??= new LineReader(options, this.#source);
    if (this.#reader instanceof LineReader) return this.#reader;
    throw new Error('the connection is read as octets already');
  }

  octets(reader: OctetReader): OctetFlow {
    if (this.#reader !== null) throw new Error('the connection is read already');
    const flow = new OctetStream(reader, (error) => {
      this.#around.log.error('connection reader failed', { connection: this.id, error });
      this.destroy('internal');
    });
    this.#reader = flow;
    if (!this.#closing) flow.attach(this.#source);
    return flow;
  }

  write(data: string | Buffer, sent?: () => void): boolean {
    const stream = this.#stream;
    if (this.#closing || !stream.writable) return false;
    this.#coalesce();
    const more = this.#deflater === null ? this.#send(data, sent) : this.#deflate(this.#deflater, data, sent);
    return this.#withinBound() && more;
  }

  writing(write: () => void): boolean {
    if (this.#closing || !this.#stream.writable) return false;
    this.#coalesce();
    write();
    return this.#withinBound() && !this.#stream.writableNeedDrain;
  }

  #coalesce(): void {
    if (this.#coalescing) return;
    this.#coalescing = true;
    this.#stream.cork();
    process.nextTick(this.#flushTurn);
  }

  /** Cuts off a client that lets too much wait. */
  #withinBound(): boolean {
    const { sendBufferBytesMax } = this.#around.limits;
    if (this.#stream.writableLength <= sendBufferBytesMax) return true;
    // What waits for this turn to end is not the client's fault: hand it over first.
    this.#flushTurn();
    if (this.#stream.writableLength <= sendBufferBytesMax) return true;
    this.destroy('slow-reader');
    return false;
  }

  #send(data: string | Buffer, sent: (() => void) | undefined): boolean {
    if (sent === undefined) return this.#stream.write(data);
    return this.#stream.write(data, (error) => {
      if (!error) sent();
    });
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#release();
  }

  readonly #flushTurn = (): void => {
    if (!this.#coalescing) return;
    this.#coalescing = false;
    this.#release();
  };

  /** Undoes one `cork`; with the last one what was held back leaves, compressed as one batch. */
  #release(): void {
    if (this.#stream.writableCorked <= 1) this.#sendDeflated();
    this.#stream.uncork();
  }

  #deflate(deflater: Deflater, data: string | Buffer, sent: (() => void) | undefined): boolean {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#tap?.sent(bytes);
    deflater.add(bytes);
    if (sent !== undefined) this.#deflating.push(sent);
    if (deflater.full) this.#sendDeflated();
    return !this.#stream.writableNeedDrain;
  }

  #sendDeflated(): void {
    const batch = this.#deflater?.take() ?? null;
    if (batch !== null && this.#stream.writable) this.#stream.write(batch);
    for (const sent of this.#deflating.splice(0)) sent();
  }

  drain(): Promise<void> {
    const stream = this.#stream;
    this.#sendDeflated();
    // What is held back would be waited for without end.
    while (stream.writableCorked > 0) stream.uncork();
    if (!stream.writableNeedDrain || stream.destroyed) return Promise.resolve();
    this.#draining ??= new Promise<void>((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        this.#draining = null;
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
    });
    return this.#draining;
  }

  async startTls(reply?: string | Buffer): Promise<void> {
    if (this.#around.tls !== 'starttls') throw new Error(`listener ${this.listener} has no STARTTLS`);
    if (this.#tls !== null) throw new Error('TLS was started already');
    if (this.compressed) throw new Error('TLS cannot be started under compression');
    this.step(handshaking, this.#around.limits.handshakeMsMax);
    this.#reader?.detach();
    const discarded = (this.#reader?.discardBuffered() ?? 0) + dropUnread(this.#raw);
    if (discarded > 0)
      this.#around.log.warn('bytes sent before TLS discarded', { connection: this.id, bytes: discarded });
    this.#flushTurn();
    if (reply !== undefined) await new Promise<void>((resolve) => this.#raw.write(reply, () => resolve()));
    await this.handshake();
    this.#reader?.attach(this.#stream);
  }

  /** Wraps the socket; what it holds unread belongs to the handshake. */
  async handshake(): Promise<void> {
    const { certificates, alpn, limits, client } = this.#around;
    if (certificates === null) throw new Error(`listener ${this.listener} has no certificates`);
    if (this.#raw.destroyed) throw new TlsFailure('closed');
    this.#untap?.();
    this.#tap?.note('TLS handshake');
    this.step(handshaking, limits.handshakeMsMax);
    const tls =
      client === undefined
        ? serverTls(this.#raw, { certificates, alpn }, this.#around)
        : clientTls(this.#raw, { certificates, alpn }, client);
    this.#tls = tls;
    this.#stream = tls;
    let code = '';
    tls.on('error', this.#onError);
    tls.on('_tlsError', (error: NodeJS.ErrnoException) => {
      code ||= error.code ?? 'unknown';
      this.destroy(this.#secure ? 'reset' : 'handshake-failed');
    });
    tls.on('close', this.#onClose);
    const done = await new Promise<boolean>((resolve) => {
      tls.once(client === undefined ? 'secure' : 'secureConnect', () => resolve(true));
      tls.once('close', () => resolve(false));
      this.#raw.once('close', () => resolve(false));
    });
    const fault = done && client?.verify === 'require' ? clientFault(tls, client) : null;
    this.#around.onHandshake(done && fault === null ? 'done' : 'failed');
    if (!done || fault !== null) {
      if (fault !== null) this.destroy('handshake-failed');
      code ||= fault ?? this.#reason ?? 'closed';
      this.#around.log.debug('tls handshake failed', { connection: this.id, code });
      throw new TlsFailure(code);
    }
    this.#secure = true;
    this.#clearStep();
    this.#tapStream();
  }

  compress(reply?: string | Buffer): void {
    if (this.compressed) throw new Error('compression is on already');
    this.#reader?.detach();
    const early = this.#reader?.takeBuffered() ?? Buffer.alloc(0);
    if (reply !== undefined) this.write(reply);
    this.#untap?.();
    this.#tap?.note('compressed from here on');
    this.#deflater = new Deflater();
    this.#inflater = new Inflater({
      socket: this.#stream,
      early,
      surplusBytesMax: this.#around.limits.inflateSurplusBytesMax,
      received: (bytes) => this.#tap?.received(bytes),
      failed: (code) => {
        this.#around.log.info('compressed stream refused', { connection: this.id, code });
        this.destroy('compression');
      },
    });
    this.#reader?.attach(this.#inflater.stream);
  }

  get compressed(): boolean {
    return this.#deflater !== null;
  }

  /** Where the protocol's bytes come from. */
  get #source(): Readable {
    return this.#inflater?.stream ?? this.#stream;
  }

  authenticated(): void {
    this.#authDeadlineMs = 0;
  }

  unauthenticated(msMax: number = this.#unauthenticatedMsMax): void {
    this.#unauthenticatedMsMax = msMax;
    this.#authDeadlineMs = msMax > 0 ? this.#now() + msMax : 0;
  }

  setIdleTimeout(ms: number): void {
    this.#idleMs = ms;
    this.#activeAtMs = this.#now();
  }

  onDrain(callback: () => void): void {
    this.#drainCallback = callback;
  }

  /** The server is stopping. */
  drained(): void {
    if (this.#drainCallback === null) this.close();
    else this.#drainCallback();
  }

  close(): void {
    if (this.#closing || this.#raw.destroyed) return;
    this.#closing = true;
    this.#reason ??= 'local';
    this.#authDeadlineMs = 0;
    this.#idleMs = 0;
    this.step('local', this.#around.limits.closeLingerMsMax);
    this.#reader?.detach();
    this.#reader?.discardBuffered();
    this.#reader?.end();
    this.#flushTurn();
    this.#sendDeflated();
    this.#stream.end();
    this.#inflater?.stop();
    // Unread bytes would turn our end into a reset that takes the last answer with it.
    this.#stream.resume();
  }

  destroy(reason: string): void {
    this.#reason ??= reason;
    this.#stream.destroy();
    this.#raw.destroy();
  }

  /** Ends the connection where a deadline has passed; `nowMs` is monotonic. */
  sweep(nowMs: number): void {
    const reason = this.#overdue(nowMs);
    if (reason !== null) this.destroy(reason);
  }

  #overdue(nowMs: number): string | null {
    if (this.#stepDeadlineMs > 0 && nowMs >= this.#stepDeadlineMs) return this.#stepReason;
    if (this.#authDeadlineMs > 0 && nowMs >= this.#authDeadlineMs) return 'unauthenticated';
    if (this.#stalled(nowMs)) return 'slow-reader';
    if (this.#idleMs === 0) return null;
    return this.#quietMs(nowMs) >= this.#idleMs ? 'idle' : null;
  }

  /** How long nothing went to and fro, as far as anybody looked. */
  #quietMs(nowMs: number): number {
    const bytes = this.#stream.bytesRead + this.#stream.bytesWritten;
    if (bytes !== this.#bytesSeen) {
      this.#bytesSeen = bytes;
      this.#activeAtMs = nowMs;
    }
    return nowMs - this.#activeAtMs;
  }

  /** Whether it should say who it is, and neither side has said anything for `msMin`. */
  isQuietStranger(nowMs: number, msMin: number): boolean {
    const isStranger = !this.#closing && (this.#authDeadlineMs > 0 || this.#stepReason === handshaking);
    return isStranger && !this.#raw.destroyed && this.#quietMs(nowMs) >= msMin;
  }

  #stalled(nowMs: number): boolean {
    const waiting = this.#stream.writableLength;
    if (waiting === 0 || this.#stream.writableCorked > 0) {
      this.#stalledAtMs = 0;
      return false;
    }
    const flushed = this.#stream.bytesWritten - waiting;
    if (this.#stalledAtMs === 0 || flushed !== this.#flushedSeen) {
      this.#flushedSeen = flushed;
      this.#stalledAtMs = nowMs;
    }
    return nowMs - this.#stalledAtMs >= this.#around.limits.sendStallMsMax;
  }

  #clearStep(): void {
    if (this.#closing) return;
    this.#stepDeadlineMs = 0;
    this.#stepReason = '';
  }

  #tapStream(): void {
    this.#untap = this.#tap === null ? null : tapStream(this.#stream, this.#tap);
  }

  #now(): number {
    return this.#around.clock.monotonicMs();
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#reason ??= this.#tls !== null && !this.#secure ? 'handshake-failed' : 'reset';
    this.#around.log.debug('connection failed', { connection: this.id, code: error.code ?? error.name });
  };

  readonly #onClose = (): void => {
    this.#reason ??= 'peer';
    // What was inflated is still read; the inflater's own end comes after it.
    if (this.#inflater === null) this.#reader?.end();
    this.#resolveClosed(this.#reason);
  };
}

function dropUnread(socket: Socket): number {
  socket.pause();
  let dropped = 0;
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) dropped += (chunk as Buffer).length;
  return dropped;
}

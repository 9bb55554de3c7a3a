import type { Clock } from '../../base/index.ts';
import { type HttpRequest, type HttpResponse, liftRequestLimit } from '../../net/index.ts';
import { DavError, Gone } from '../errors.ts';
import {
  bodyAheadBytesMax,
  bodyBytesPerSecondMin,
  bodyIdleMsMax,
  bodySlowMsMax,
  drainBytesMax,
  drainMsMax,
} from '../limits.ts';

export interface BodyLimits {
  readonly idleMsMax: number;
  readonly slowMsMax: number;
  readonly bytesPerSecondMin: number;
  readonly drainBytesMax: number;
  readonly drainMsMax: number;
}

export const defaultBodyLimits: BodyLimits = {
  idleMsMax: bodyIdleMsMax,
  slowMsMax: bodySlowMsMax,
  bytesPerSecondMin: bodyBytesPerSecondMin,
  drainBytesMax,
  drainMsMax,
};

/**
 * A request's body, read once. Only the time in which we wait for the client counts: a slow disk of ours cuts nobody off.
 * Throws DavError 408 where the client is too slow, Gone where it is no more there.
 */
export class Body implements AsyncIterable<Uint8Array> {
  /** As Content-Length says; null: chunked. */
  readonly length: number | null;
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #clock: Clock;
  readonly #limits: BodyLimits;
  #continues: boolean;
  #bytes = 0;
  #waitedMs = 0;
  #taken = false;
  /** Bytes that came and that nobody took any more. */
  #dropped = 0;
  #wake: ((late: boolean) => void) | null = null;

  constructor(
    request: HttpRequest,
    response: HttpResponse,
    length: number | null,
    clock: Clock,
    limits: BodyLimits,
  ) {
    this.#request = request;
    this.#response = response;
    this.length = length;
    this.#clock = clock;
    this.#limits = limits;
    liftRequestLimit(request);
    this.#continues = request.headers.expect?.trim().toLowerCase() === '100-continue';
  }

  /** Bytes that were read by now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The client waits for `100 Continue`, and we did not say it: what it sends next is another matter. */
  get held(): boolean {
    return this.#continues;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.#taken) throw new Error('a body is read once');
    this.#taken = true;
    if (this.length === 0) return;
    this.#goOn();
    const request = this.#request;
    // Pieces as they come: `read()` would copy several of them into one.
    const queue: Buffer[] = [];
    let held = 0;
    const wake = () => this.#wake?.(false);
    const take = (piece: Buffer) => {
      queue.push(piece);
      held += piece.length;
      if (held >= bodyAheadBytesMax) request.pause();
      wake();
    };
    const events = ['end', 'error', 'close'] as const;
    for (const event of events) request.on(event, wake);
    request.on('data', take);
    try {
      for (;;) {
        const piece = queue.shift();
        if (piece !== undefined) {
          held -= piece.length;
          this.#bytes += piece.length;
          yield piece;
        } else if (request.readableEnded) {
          return;
        } else if (request.destroyed) {
          throw new Gone('the client broke off');
        } else {
          request.resume();
          await this.#wait();
        }
      }
    } finally {
      request.off('data', take);
      for (const event of events) request.off(event, wake);
      request.pause();
      this.#dropped = held;
    }
  }

  /** RFC 9110 §10.1.1. */
  #goOn(): void {
    if (!this.#continues) return;
    this.#continues = false;
    this.#response.writeContinue();
  }

  async #wait(): Promise<void> {
    const { idleMsMax, slowMsMax, bytesPerSecondMin } = this.#limits;
    const began = this.#clock.monotonicMs();
    const late = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), idleMsMax);
      this.#wake = (isLate) => {
        clearTimeout(timer);
        resolve(isLate);
      };
    });
    this.#wake = null;
    this.#waitedMs += this.#clock.monotonicMs() - began;
    const slow = this.#waitedMs > slowMsMax && this.#bytes * 1000 < this.#waitedMs * bytesPerSecondMin;
    if (late || slow)
      throw new DavError(408, 'the body comes too slowly', { headers: { Connection: 'close' } });
  }

  /** Whether there is something left that must be read before the next request can be; what nobody touched Node drops itself. */
  get isLeft(): boolean {
    if (this.length === 0 || this.#request.readableEnded) return false;
    return this.#taken || !this.#request.complete;
  }

  /** Whether what is left is little enough to be read and dropped. */
  get isLittle(): boolean {
    if (this.#request.complete) return true;
    if (this.held || this.length === null) return false;
    return this.length - this.#bytes - this.#dropped <= this.#limits.drainBytesMax;
  }

  /** Reads on and drops, as far as that goes: an end with bytes unread takes the answer with it. */
  async drain(): Promise<void> {
    const request = this.#request;
    const { drainBytesMax: bytesMax, drainMsMax: msMax } = this.#limits;
    let left = bytesMax;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        request.off('data', take);
        request.off('close', done);
        request.off('end', done);
        resolve();
      };
      const take = (chunk: Buffer) => {
        left -= chunk.length;
        if (left < 0) done();
      };
      const timer = setTimeout(done, msMax);
      if (request.readableEnded || request.destroyed) return done();
      request.on('data', take);
      request.on('end', done);
      request.on('close', done);
      request.resume();
    });
    if (!request.readableEnded) request.pause();
  }
}

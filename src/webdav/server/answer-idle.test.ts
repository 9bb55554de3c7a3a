import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../net/index.ts';
import { Gone } from '../errors.ts';
import { answerIdleMsMax } from '../limits.ts';
import type { Visit } from '../types.ts';
import { Body, defaultBodyLimits } from './body.ts';
import { HttpExchange } from './exchange.ts';

/** A connection whose client takes as many pieces as it is told to, and then nothing. */
class Stalled extends EventEmitter {
  readonly headers = {};
  readonly method = 'GET';
  headersSent = false;
  destroyed = false;
  writableNeedDrain = false;
  written = 0;
  readonly #takes: number;

  constructor(takes: number) {
    super();
    this.#takes = takes;
  }

  writeHead(): void {
    this.headersSent = true;
  }

  write(): boolean {
    this.writableNeedDrain = true;
    if (++this.written <= this.#takes) setImmediate(() => this.#drain());
    return false;
  }

  #drain(): void {
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function exchangeOver(stalled: Stalled): HttpExchange {
  const [request, response] = [stalled as unknown as HttpRequest, stalled as unknown as HttpResponse];
  const body = new Body(request, response, 0, systemClock, defaultBodyLimits);
  return new HttpExchange({
    request,
    response,
    visit: { clock: systemClock } as Visit,
    spaces: new Map(),
    path: [],
    slash: false,
    query: '',
    body,
    answerIdleMsMax: 5,
    locate: () => 'no-dav',
  });
}

describe('a client that takes nothing of its answer any more is cut off: answerIdleMsMax', () => {
  test('of a file', async () => {
    const stalled = new Stalled(2);
    const pieces = Readable.from(Array<Buffer>(10).fill(Buffer.from('piece')));
    await expect(exchangeOver(stalled).stream(200, {}, pieces)).rejects.toThrow(Gone);
    expect([stalled.destroyed, stalled.written, pieces.destroyed]).toEqual([true, 3, true]);
  });

  test('of a 207', async () => {
    const stalled = new Stalled(0);
    const answer = exchangeOver(stalled).multiStatus();
    const send = async () => {
      for (;;) await answer.response('/dav/x', 'x'.repeat(10_000));
    };
    await expect(send()).rejects.toThrow(Gone);
    expect([stalled.destroyed, stalled.written]).toEqual([true, 1]);
  });

  test('after some minutes', () => {
    expect(answerIdleMsMax).toBe(300_000);
  });
});

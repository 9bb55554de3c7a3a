import { asBuffer } from './bytes.ts';
import { delimiterLineBytesMax, lineBytesMax } from './limits.ts';
import type { Defect } from './types.ts';

/** What hears the lines. Offsets are those of the whole input. */
export interface LineSink {
  /** Bytes that must survive `write` are copied in `chunkEnd`. */
  chunkStart(chunk: Buffer, offset: number): void;
  /**
   * A complete line, or the last one without its end. `bytes[from, to)` is its content without the line end,
   * cut to its first `delimiterLineBytesMax` bytes where the line came in pieces.
   */
  line(bytes: Buffer, from: number, to: number, line: Line): void;
  chunkEnd(chunk: Buffer, offset: number): void;
}

export interface Line {
  start: number;
  /** After the line end. */
  end: number;
  /** 2 for CRLF, 1 for LF, 0 where the input ended. */
  eolBytes: number;
}

/** Cuts chunks of any size into lines, keeping of an unfinished one no more than could matter. */
export class LineSplitter {
  readonly defects = new Set<Defect>();
  readonly #sink: LineSink;
  readonly #carry = Buffer.allocUnsafe(delimiterLineBytesMax);
  readonly #line: Line = { start: 0, end: 0, eolBytes: 0 };
  #carried = 0;
  #offset = 0;
  #lineStart = 0;
  #lastByte = -1;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  get size(): number {
    return this.#offset;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const chunk = asBuffer(bytes);
    this.#sink.chunkStart(chunk, this.#offset);
    this.#noteControls(chunk);
    let at = 0;
    for (let lf = chunk.indexOf(10); lf >= 0; lf = chunk.indexOf(10, at)) {
      if (this.#lineStart < this.#offset + at) this.#finishCarried(chunk, lf);
      else this.#finish(chunk, at, lf, lf > at && chunk[lf - 1] === 13);
      at = lf + 1;
    }
    this.#carryOn(chunk, at);
    this.#sink.chunkEnd(chunk, this.#offset);
    this.#lastByte = chunk[chunk.length - 1] ?? -1;
    this.#offset += chunk.length;
  }

  end(): void {
    if (this.#lineStart === this.#offset) return;
    if (this.#lastByte === 13) this.defects.add('bare-cr');
    const line = this.#line;
    line.start = this.#lineStart;
    line.end = this.#offset;
    line.eolBytes = 0;
    if (line.end - line.start > lineBytesMax) this.defects.add('long-line');
    this.#sink.line(this.#carry, 0, this.#carried, line);
    this.#lineStart = this.#offset;
  }

  #finish(chunk: Buffer, from: number, lf: number, crlf: boolean): void {
    const line = this.#line;
    line.start = this.#lineStart;
    line.end = this.#offset + lf + 1;
    line.eolBytes = crlf ? 2 : 1;
    if (!crlf) this.defects.add('bare-lf');
    if (line.end - line.start - line.eolBytes > lineBytesMax) this.defects.add('long-line');
    this.#lineStart = line.end;
    this.#sink.line(chunk, from, lf - (crlf ? 1 : 0), line);
  }

  /** The end of a line that began in an earlier chunk. */
  #finishCarried(chunk: Buffer, lf: number): void {
    const crlf = (lf > 0 ? chunk[lf - 1] : this.#lastByte) === 13;
    this.#keep(chunk, 0, lf);
    const content = this.#offset + lf - this.#lineStart - (crlf ? 1 : 0);
    const length = Math.min(this.#carried, content);
    this.#carried = 0;
    const line = this.#line;
    line.start = this.#lineStart;
    line.end = this.#offset + lf + 1;
    line.eolBytes = crlf ? 2 : 1;
    if (!crlf) this.defects.add('bare-lf');
    if (content > lineBytesMax) this.defects.add('long-line');
    this.#lineStart = line.end;
    this.#sink.line(this.#carry, 0, length, line);
  }

  #carryOn(chunk: Buffer, from: number): void {
    if (from < chunk.length) this.#keep(chunk, from, chunk.length);
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const count = Math.min(to - from, delimiterLineBytesMax - this.#carried);
    if (count <= 0) return;
    chunk.copy(this.#carry, this.#carried, from, from + count);
    this.#carried += count;
  }

  #noteControls(chunk: Buffer): void {
    if (!this.defects.has('nul') && chunk.indexOf(0) >= 0) this.defects.add('nul');
    if (this.defects.has('bare-cr')) return;
    if (this.#lastByte === 13 && chunk[0] !== 10) this.defects.add('bare-cr');
    for (let cr = chunk.indexOf(13); cr >= 0; cr = chunk.indexOf(13, cr + 1)) {
      if (cr + 1 < chunk.length && chunk[cr + 1] !== 10) {
        this.defects.add('bare-cr');
        return;
      }
    }
  }
}

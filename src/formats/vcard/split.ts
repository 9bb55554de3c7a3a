import { betweenCardsBytesMax } from './limits.ts';

/** A card of a larger file, as its bytes stand there, or what stands there instead. Lines count from 1. */
export type Piece =
  | { readonly line: number; readonly bytes: Buffer }
  | { readonly line: number; readonly refused: string };

const LF = 10;

/**
 * Cards of a file of any size, one at a time: no more than one of at most `bytesMax` octets is held. What is larger, has no
 * end, or is no card is named by its line, and the next card is read.
 */
export async function* splitCards(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Piece> {
  const splitter = new Splitter(bytesMax);
  for await (const chunk of source) yield* splitter.take(chunk);
  yield* splitter.end();
}

class Splitter {
  readonly #bytesMax: number;
  #line = 0;
  /** A line that is not whole yet, bounded; `#cut`: the rest of it is passed over. */
  #open: Buffer[] = [];
  #openBytes = 0;
  #cut = false;
  /** The card being read: its lines, or null between two. */
  #card: Buffer[] | null = null;
  #cardBytes = 0;
  #cardLine = 0;
  #depth = 0;
  #agent = false;
  /** Where what is no card began; 0: nothing. */
  #strayLine = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  *take(chunk: Uint8Array): Generator<Piece> {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(LF, start);
      this.#add(chunk.subarray(start, end < 0 ? chunk.length : end + 1));
      if (end < 0) return;
      start = end + 1;
      yield* this.#whole();
    }
  }

  *end(): Generator<Piece> {
    if (this.#openBytes > 0) yield* this.#whole();
    if (this.#card) yield { line: this.#cardLine, refused: 'END:VCARD is missing' };
    else yield* this.#stray();
  }

  #add(piece: Uint8Array): void {
    const max = this.#card ? this.#bytesMax : betweenCardsBytesMax;
    if (this.#openBytes + piece.length > max) this.#cut = true;
    else this.#open.push(Buffer.from(piece));
    this.#openBytes += piece.length;
  }

  *#whole(): Generator<Piece> {
    const line = this.#open.length === 1 && this.#open[0] ? this.#open[0] : Buffer.concat(this.#open);
    const size = this.#openBytes;
    const mark = this.#cut ? null : markOf(line, this.#line === 0);
    this.#line += 1;
    this.#open = [];
    this.#openBytes = 0;
    this.#cut = false;
    if (this.#card) yield* this.#inside(line, size, mark);
    else yield* this.#between(line, mark);
  }

  *#between(line: Buffer, mark: Mark): Generator<Piece> {
    if (mark !== 'begin') {
      if (this.#strayLine === 0 && !isBlank(line)) this.#strayLine = this.#line;
      return;
    }
    yield* this.#stray();
    this.#card = [line];
    this.#cardBytes = line.length;
    this.#cardLine = this.#line;
    this.#depth = 1;
  }

  *#inside(line: Buffer, size: number, mark: Mark): Generator<Piece> {
    // version 2.1 writes a card into a card, behind an AGENT; anywhere else the one before has no end
    if (mark === 'begin' && !this.#agent) {
      yield { line: this.#cardLine, refused: 'END:VCARD is missing' };
      this.#card = null;
      return yield* this.#between(line, mark);
    }
    this.#agent = /^AGENT[^:]*:\s*$/i.test(line.toString('latin1', 0, 100));
    this.#cardBytes += size;
    if (this.#cardBytes <= this.#bytesMax) this.#card?.push(line);
    else this.#card = [];
    if (mark === 'begin') this.#depth += 1;
    if (mark === 'end') this.#depth -= 1;
    if (this.#depth > 0) return;
    const lines = this.#card ?? [];
    const fits = this.#cardBytes <= this.#bytesMax;
    this.#card = null;
    yield fits
      ? { line: this.#cardLine, bytes: Buffer.concat(lines) }
      : { line: this.#cardLine, refused: `a card has at most ${this.#bytesMax} octets` };
  }

  *#stray(): Generator<Piece> {
    if (this.#strayLine > 0) yield { line: this.#strayLine, refused: 'this is no card' };
    this.#strayLine = 0;
  }
}

type Mark = 'begin' | 'end' | null;

function markOf(line: Buffer, first: boolean): Mark {
  if (line.length > 60) return null;
  const text = line.toString('latin1');
  const bare = (first ? text.replace(/^\u00ef\u00bb\u00bf/, '') : text)
    .replaceAll(/[ \t\r\n]/g, '')
    .toUpperCase();
  return bare === 'BEGIN:VCARD' ? 'begin' : bare === 'END:VCARD' ? 'end' : null;
}

function isBlank(line: Buffer): boolean {
  return line.every((octet) => octet === 32 || octet === 9 || octet === 13 || octet === LF);
}

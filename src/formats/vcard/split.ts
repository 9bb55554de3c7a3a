import { OctetLines } from '../content-lines/index.ts';

/** A card of a larger file, as its bytes stand there, or what stands there instead. Lines count from 1. */
export type Piece =
  | { readonly line: number; readonly bytes: Buffer }
  | { readonly line: number; readonly refused: string };

/**
 * Cards of a file of any size, one at a time: no more than one of at most `bytesMax` octets is held. What is larger, has no
 * end, or is no card is named by its line, and the next card is read.
 */
export async function* splitCards(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Piece> {
  const splitter = new Splitter(bytesMax);
  for await (const chunk of source) {
    splitter.lines.push(chunk);
    yield* splitter.taken();
  }
  splitter.lines.end();
  splitter.end();
  yield* splitter.taken();
}

class Splitter {
  readonly lines: OctetLines;
  readonly #bytesMax: number;
  #pieces: Piece[] = [];
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
    this.lines = new OctetLines(bytesMax, (octets, line) => {
      const mark = octets === null ? null : markOf(octets, line === 1);
      if (this.#card === null) this.#between(octets, line, mark);
      else this.#inside(octets, line, mark);
    });
  }

  taken(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  end(): void {
    if (this.#card) this.#pieces.push({ line: this.#cardLine, refused: 'END:VCARD is missing' });
    else this.#stray();
  }

  #between(octets: Buffer | null, line: number, mark: Mark): void {
    if (octets === null || mark !== 'begin') {
      if (this.#strayLine === 0 && (octets === null || !isBlank(octets))) this.#strayLine = line;
      return;
    }
    this.#stray();
    this.#card = [octets];
    this.#cardBytes = octets.length;
    this.#cardLine = line;
    this.#depth = 1;
  }

  #inside(octets: Buffer | null, line: number, mark: Mark): void {
    // version 2.1 writes a card into a card, behind an AGENT; anywhere else the one before has no end
    if (mark === 'begin' && !this.#agent) {
      this.#pieces.push({ line: this.#cardLine, refused: 'END:VCARD is missing' });
      this.#card = null;
      this.#between(octets, line, mark);
      return;
    }
    this.#agent = octets !== null && /^AGENT[^:]*:\s*$/i.test(octets.toString('latin1', 0, 100));
    this.#cardBytes += octets?.length ?? this.#bytesMax;
    const fits = octets !== null && this.#cardBytes <= this.#bytesMax;
    if (fits) this.#card?.push(octets);
    else this.#card = [];
    if (mark === 'begin') this.#depth++;
    if (mark === 'end') this.#depth--;
    if (this.#depth > 0) return;
    this.#pieces.push(
      fits
        ? { line: this.#cardLine, bytes: Buffer.concat(this.#card ?? []) }
        : { line: this.#cardLine, refused: `a card has at most ${this.#bytesMax} octets` },
    );
    this.#card = null;
  }

  #stray(): void {
    if (this.#strayLine > 0) this.#pieces.push({ line: this.#strayLine, refused: 'this is no card' });
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
  return line.every((octet) => octet === 32 || octet === 9 || octet === 13 || octet === 10);
}

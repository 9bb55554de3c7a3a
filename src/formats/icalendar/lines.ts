import { CalendarError } from './errors.ts';
import { lineCharactersMax } from './limits.ts';

/** Told of each content line, unfolded, and where it began; false stops. */
export type OnLine = (text: string, line: number) => void;

/**
 * Content lines (RFC 5545 §3.1) of a text that comes in pieces. Lines end with LF, before which a CR is dropped; empty ones
 * are passed over, as real files have them. Linear in the text, whatever it is folded to.
 */
export class LineReader {
  readonly #tell: OnLine;
  /** Pieces of the line under way. */
  #pieces: string[] = [];
  #characters = 0;
  #began = 0;
  #line = 0;
  /** A physical line whose end is yet to come. */
  #rest: string[] = [];
  #restCharacters = 0;
  #first = true;

  constructor(tell: OnLine) {
    this.#tell = tell;
  }

  push(text: string): void {
    let from = 0;
    if (this.#first && text.length > 0) {
      this.#first = false;
      if (text.charCodeAt(0) === 0xfe_ff) from = 1;
    }
    for (let at = text.indexOf('\n', from); at !== -1; at = text.indexOf('\n', from)) {
      let physical = text.slice(from, at);
      if (this.#rest.length > 0) {
        this.#rest.push(physical);
        physical = this.#rest.join('');
        this.#rest = [];
        this.#restCharacters = 0;
      }
      this.#take(physical);
      from = at + 1;
    }
    if (from < text.length) this.#keep(from === 0 ? text : text.slice(from));
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#rest.length > 0) this.#take(this.#rest.join(''));
    this.#rest = [];
    this.#flush();
  }

  #keep(piece: string): void {
    this.#restCharacters += piece.length;
    if (this.#restCharacters > lineCharactersMax) throw tooLong(this.#line + 1);
    this.#rest.push(piece);
  }

  #take(physical: string): void {
    this.#line++;
    const end = physical.length - (physical.charCodeAt(physical.length - 1) === 0x0d ? 1 : 0);
    if (end === 0) return;
    const first = physical.charCodeAt(0);
    if ((first === 0x20 || first === 0x09) && this.#pieces.length > 0) {
      this.#add(physical.slice(1, end));
      return;
    }
    this.#flush();
    this.#began = this.#line;
    this.#add(end === physical.length ? physical : physical.slice(0, end));
  }

  #add(piece: string): void {
    this.#characters += piece.length;
    if (this.#characters > lineCharactersMax) throw tooLong(this.#began);
    this.#pieces.push(piece);
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const text = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    this.#pieces = [];
    this.#characters = 0;
    if (text.trim() !== '') this.#tell(text, this.#began);
  }
}

function tooLong(line: number): CalendarError {
  return new CalendarError(`a line of more than ${lineCharactersMax} characters`, line);
}

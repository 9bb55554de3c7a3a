import { XmlFault } from './fault.ts';

/** What a stream is made of, as text: its start tag, the elements in it, its end. */
export type StreamPiece =
  | { readonly kind: 'head' | 'element'; readonly text: string }
  | { readonly kind: 'end' };

type State = 'text' | 'opened' | 'marked' | 'declaration' | 'tag' | 'quoted' | 'cdata';

const cdataStart = '[CDATA[';
const tagStops = /["'>]/g;

/** Whether a value may begin at `end`: behind an equals sign and white space; `before`: what was so at `from`. */
function isValueDue(text: string, from: number, end: number, before: boolean): boolean {
  let at = end;
  while (at > from && ' \t\r\n'.includes(text[at - 1] ?? '')) at--;
  return at === from ? before : text[at - 1] === '=';
}

/**
 * Cuts what comes over TCP into the start tag and the elements of a stream (RFC 6120 §4.2), and knows no more of XML than
 * that needs: each element is parsed by itself. Each octet is looked at once, however it arrives.
 */
export class StreamSplitter {
  /** Octets of one element; who may not be trusted yet gets fewer. */
  bytesMax: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #state: State = 'text';
  /** Open tags; the stream itself is 1. */
  #depth = 0;
  #isInStream = false;
  /** What there is already of the piece that is under way; its length in characters. */
  #parts: string[] = [];
  #held = 0;
  #isUnderWay = false;
  #isEndTag = false;
  /** Within a tag: the quote that is open, whether a slash came last, whether an equals sign did. */
  #quote = '';
  #hasSlash = false;
  #isValueDue = false;
  /** Of `[CDATA[`, of `]]>` or of `?>`: how much of it was just seen. */
  #seen = 0;
  #mayDeclare = true;
  #spaces = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /**
   * A new stream begins on the same connection (RFC 6120 §4.3.3): what was half there is forgotten. What stands behind it in the
   * octets that are read now belongs to the new one.
   */
  restart(): void {
    this.#enter('text');
    this.#depth = 0;
    this.#isInStream = false;
    this.#forget();
    this.#mayDeclare = true;
  }

  /**
   * What the octets complete, in order. Throws XmlFault, after which the stream is lost: what is no UTF-8, text between
   * elements, comments, instructions, types of documents, and an element longer than `bytesMax`.
   */
  *write(octets: Uint8Array): Generator<StreamPiece> {
    const text = this.#decode(octets);
    let from = 0;
    for (let at = 0; at < text.length; ) {
      if (this.#state === 'text' && !this.#isUnderWay) {
        at = this.#between(text, at);
        from = at;
        if (at === text.length) return;
      }
      const ended = this.#step(text, at);
      at = ended.at;
      if (!ended.isTag) continue;
      const piece = this.#tagEnded(text.slice(from, at));
      if (piece === null) continue;
      from = at;
      yield piece;
    }
    this.#hold(text.slice(from));
  }

  /** White space between elements since this was asked last, in characters. */
  takeSpaces(): number {
    const spaces = this.#spaces;
    this.#spaces = 0;
    return spaces;
  }

  #decode(octets: Uint8Array): string {
    try {
      return this.#decoder.decode(octets, { stream: true });
    } catch {
      throw new XmlFault('encoding', 'something that is not UTF-8');
    }
  }

  /** White space between elements is how clients keep a line open (RFC 6120 §4.6.1). */
  #between(text: string, at: number): number {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (/[^ \t\r\n]/.test(text.slice(at, end))) throw new XmlFault('malformed', 'text between elements');
    if (next >= 0) this.#isUnderWay = true;
    this.#spaces += end - at;
    return end;
  }

  /** One step of the scan from `at`; `isTag`: a tag ended just before the answer. */
  #step(text: string, at: number): { readonly at: number; readonly isTag: boolean } {
    switch (this.#state) {
      case 'text': {
        const next = text.indexOf('<', at);
        if (next >= 0) this.#state = 'opened';
        return { at: next < 0 ? text.length : next + 1, isTag: false };
      }
      case 'opened':
        return { at: this.#opened(text, at), isTag: false };
      case 'marked':
        if (text[at] !== cdataStart[this.#seen])
          throw new XmlFault('restricted', 'a comment or a document type, which XMPP does not take');
        if (++this.#seen === cdataStart.length) this.#enter('cdata');
        return { at: at + 1, isTag: false };
      case 'cdata':
        return { at: this.#until(text, at, ']]>'), isTag: false };
      case 'declaration':
        return { at: this.#until(text, at, '?>'), isTag: false };
      case 'quoted': {
        const end = text.indexOf(this.#quote, at);
        if (end >= 0) this.#enter('tag');
        return { at: end < 0 ? text.length : end + 1, isTag: false };
      }
      case 'tag':
        return this.#inTag(text, at);
    }
  }

  #enter(state: State): void {
    this.#state = state;
    this.#seen = 0;
    this.#hasSlash = false;
    this.#isValueDue = false;
  }

  #opened(text: string, at: number): number {
    const char = text[at];
    this.#isEndTag = char === '/';
    if (char === '!' && this.#depth > 1) {
      this.#enter('marked');
      return at + 1;
    }
    if (char === '?' && this.#depth === 0 && this.#mayDeclare) {
      this.#enter('declaration');
      return at + 1;
    }
    if (char === '!' || char === '?')
      throw new XmlFault(
        'restricted',
        'an instruction, a comment or a document type, which XMPP does not take',
      );
    this.#enter('tag');
    return this.#isEndTag ? at + 1 : at;
  }

  /** Behind the mark that ends a section, however it is cut; the section is text of the element, a declaration is of nothing. */
  #until(text: string, at: number, mark: string): number {
    for (let i = at; i < text.length; i++) {
      const char = text[i];
      if (char === mark[this.#seen]) this.#seen++;
      else if (!(char === ']' && this.#seen === 2)) this.#seen = char === mark[0] ? 1 : 0;
      if (this.#seen < mark.length) continue;
      if (this.#state === 'declaration') {
        this.#forget();
        this.#mayDeclare = false;
      }
      this.#enter('text');
      return i + 1;
    }
    return text.length;
  }

  #inTag(text: string, at: number): { readonly at: number; readonly isTag: boolean } {
    tagStops.lastIndex = at;
    const stop = tagStops.exec(text);
    if (stop?.[0] !== '>')
      this.#isValueDue = isValueDue(text, at, stop?.index ?? text.length, this.#isValueDue);
    if (stop === null) {
      this.#hasSlash = text.endsWith('/');
      return { at: text.length, isTag: false };
    }
    if (stop[0] !== '>') {
      // What is quoted wrongly would else be waited for until it ends, and it may never.
      if (!this.#isValueDue) throw new XmlFault('malformed', 'a quote that begins no value');
      this.#quote = stop[0];
      this.#state = 'quoted';
      return { at: stop.index + 1, isTag: false };
    }
    if (stop.index > at) this.#hasSlash = text[stop.index - 1] === '/';
    return { at: stop.index + 1, isTag: true };
  }

  /** What a tag completes; `text`: what came of the piece with the octets that are read now. */
  #tagEnded(text: string): StreamPiece | null {
    const isEmpty = this.#hasSlash;
    this.#enter('text');
    if (this.#isEndTag) this.#depth--;
    else if (!isEmpty) this.#depth++;
    if (this.#isEndTag && this.#depth === 0) {
      this.#forget();
      return { kind: 'end' };
    }
    const isHead = !this.#isEndTag && this.#depth === (isEmpty ? 0 : 1) && !this.#isInStream;
    if (!isHead && this.#depth > 1) return null;
    this.#isInStream = true;
    this.#hold(text);
    const whole = this.#parts.join('');
    this.#forget();
    if (Buffer.byteLength(whole) > this.bytesMax) this.#tooLong();
    return { kind: isHead ? 'head' : 'element', text: whole };
  }

  #hold(text: string): void {
    if (!this.#isUnderWay || text === '') return;
    this.#parts.push(text);
    this.#held += text.length;
    if (this.#held > this.bytesMax) this.#tooLong();
  }

  #forget(): void {
    this.#parts = [];
    this.#held = 0;
    this.#isUnderWay = false;
  }

  #tooLong(): never {
    throw new XmlFault('too-much', `an element longer than ${this.bytesMax} bytes`);
  }
}

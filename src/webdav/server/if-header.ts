import { DavError } from '../errors.ts';
import { ifHeaderBytesMax } from '../limits.ts';

/** RFC 4918 §10.4: what one list of the header asks of one resource; all of it must be so. */
export interface IfList {
  /** URI of the resource as it stood between < and >; null: the request's own. */
  readonly tag: string | null;
  readonly conditions: readonly IfCondition[];
}

export interface IfCondition {
  readonly not: boolean;
  /** A lock token or another state token. */
  readonly token: string | null;
  /** With its quotes, and `W/` where it had that. */
  readonly etag: string | null;
}

/** The header's lists: the request goes on where one of them holds. DavError 400. */
export function readIf(text: string): readonly IfList[] {
  if (text.length > ifHeaderBytesMax) {
    throw new DavError(400, `the If header is longer than ${ifHeaderBytesMax} bytes`);
  }
  return new IfParser(text).header();
}

/** The tokens that the header submits (§10.4.1): those that stand under `Not` too. */
export function tokensOf(lists: readonly IfList[]): readonly string[] {
  const tokens = new Set<string>();
  for (const { conditions } of lists)
    for (const { token } of conditions) if (token !== null) tokens.add(token);
  return [...tokens];
}

/** Grammar of §10.4.2, productions as methods; it goes over the text once. */
class IfParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  header(): readonly IfList[] {
    const lists: IfList[] = [];
    let tag: string | null = null;
    // §10.4.2: either all lists are tagged or none is.
    const tagged = this.#peek() === '<';
    while (this.#peek() !== '') {
      if (this.#peek() === '<') {
        if (!tagged) this.#fail('a tag behind a list without one');
        tag = this.#codedUrl();
        if (this.#peek() !== '(') this.#fail('a tag without a list');
      }
      lists.push({ tag, conditions: this.#list() });
    }
    if (lists.length === 0) this.#fail('no list');
    return lists;
  }

  #list(): readonly IfCondition[] {
    if (this.#peek() !== '(') this.#fail("no '(' where a list begins");
    this.#at++;
    const conditions: IfCondition[] = [];
    while (this.#peek() !== ')') conditions.push(this.#condition());
    this.#at++;
    if (conditions.length === 0) this.#fail('an empty list');
    return conditions;
  }

  #condition(): IfCondition {
    let not = false;
    if (/^not/i.test(this.#text.slice(this.#at, this.#at + 3))) {
      not = true;
      this.#at += 3;
    }
    const first = this.#peek();
    if (first === '<') return { not, token: this.#codedUrl(), etag: null };
    if (first === '[') return { not, token: null, etag: this.#entityTag() };
    return this.#fail('neither a token nor an ETag');
  }

  #codedUrl(): string {
    const end = this.#text.indexOf('>', this.#at);
    const url = end < 0 ? '' : this.#text.slice(this.#at + 1, end);
    if (url === '' || /[\s<]/.test(url)) this.#fail('no URL between < and >');
    this.#at = end + 1;
    return url;
  }

  #entityTag(): string {
    const pattern = /\[[ \t]*((?:W\/)?"[^"]*")[ \t]*\]/y;
    pattern.lastIndex = this.#at;
    const etag = pattern.exec(this.#text);
    if (etag?.[1] === undefined) return this.#fail('no ETag between [ and ]');
    this.#at = pattern.lastIndex;
    return etag[1];
  }

  /** The next character that is no white space; '' at the end. */
  #peek(): string {
    while (/[ \t]/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  #fail(what: string): never {
    throw new DavError(400, `the If header has ${what} (character ${this.#at + 1})`);
  }
}

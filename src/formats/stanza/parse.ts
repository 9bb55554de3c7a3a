import type { Element } from './element.ts';
import { XmlFault, type XmlFaultKind } from './fault.ts';
import { stanzaAttributesMax, stanzaDepthMax, stanzaElementsMax } from './limits.ts';

/** Name spaces that are declared around an element: by the head of its stream. */
export interface Scope {
  /** Of names without a prefix. */
  readonly ns: string;
  readonly prefixes: ReadonlyMap<string, string>;
}

export const xmlNs = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNs = 'http://www.w3.org/2000/xmlns/';
const noScope: Scope = { ns: '', prefixes: new Map() };

// XML 1.0 §2.2 and §2.3; names without the colon (Namespaces in XML 1.0 §4).
const notChar = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const start =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const part = `[${start}][-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040${start}]*`;
const qualified = new RegExp(`(?:(${part}):)?(${part})`, 'uy');
const spaces = /[ \t\n\r]*/y;
const reference = /&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));/y;
const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Name {
  readonly prefix: string;
  readonly local: string;
}

interface Tag {
  readonly name: Name;
  readonly element: Element & { readonly children: (Element | string)[] };
  readonly scope: Scope;
  readonly isEmpty: boolean;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
    const bad = notChar.exec(text);
    if (bad !== null) this.#fail('a character that XML does not have', 'malformed', bad.index);
  }

  /** RFC 6120 §11.1: neither comments, nor instructions, nor types of documents; one element and nothing around it but spaces. */
  whole(scope: Scope): Element {
    this.#skip();
    const element = this.#element(scope, 1);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail('something behind the element');
    return element;
  }

  /** A start tag alone: the head of a stream, which ends much later. */
  head(): Pick<Tag, 'element' | 'scope'> {
    this.#skip();
    const { element, scope, isEmpty } = this.#tag(noScope);
    if (isEmpty) this.#fail('a stream that ends where it begins');
    return { element, scope };
  }

  #element(around: Scope, depth: number): Element {
    if (depth > stanzaDepthMax) this.#fail(`elements deeper than ${stanzaDepthMax}`, 'too-much');
    const { name, element, scope, isEmpty } = this.#tag(around);
    if (isEmpty) return element;
    const { children } = element;
    for (;;) {
      const text = this.#characters();
      if (text !== '') children.push(text);
      if (this.#text.startsWith('</', this.#at)) break;
      children.push(this.#element(scope, depth + 1));
    }
    this.#at += 2;
    const end = this.#name();
    if (end.local !== name.local || end.prefix !== name.prefix)
      this.#fail(`an end tag that is not of '${name.local}'`);
    this.#skip();
    this.#demand('>');
    return element;
  }

  #tag(around: Scope): Tag {
    this.#demand('<');
    if (this.#text[this.#at] === '!' || this.#text[this.#at] === '?')
      this.#fail('an instruction, a comment or a document type, which XMPP does not take', 'restricted');
    if (++this.#elements > stanzaElementsMax)
      this.#fail(`more than ${stanzaElementsMax} elements`, 'too-much');
    const name = this.#name();
    const written: [Name, string][] = [];
    for (;;) {
      const from = this.#at;
      this.#skip();
      const char = this.#text[this.#at];
      if (char === '>' || char === '/') break;
      if (this.#at === from) this.#fail('attributes that are not apart');
      if (written.length >= stanzaAttributesMax)
        this.#fail(`more than ${stanzaAttributesMax} attributes`, 'too-much');
      written.push([this.#name(), this.#value()]);
    }
    const isEmpty = this.#text[this.#at] === '/';
    if (isEmpty) this.#at++;
    this.#demand('>');
    const scope = this.#scopeOf(around, written);
    const ns = name.prefix === '' ? scope.ns : this.#nsOf(name.prefix, scope);
    const attributes = this.#attributesOf(written, scope);
    return { name, element: { name: name.local, ns, attributes, children: [] }, scope, isEmpty };
  }

  /** Namespaces in XML 1.0 §3: what an element declares, above what is declared around it. */
  #scopeOf(around: Scope, written: readonly (readonly [Name, string])[]): Scope {
    let { ns } = around;
    let prefixes: Map<string, string> | null = null;
    let hasDefault = false;
    for (const [{ prefix, local }, value] of written) {
      if (prefix === '' && local === 'xmlns') {
        if (hasDefault) this.#fail('a name space that is declared twice');
        if (value === xmlNs || value === xmlnsNs) this.#fail('a name space that is reserved');
        hasDefault = true;
        ns = value;
      } else if (prefix === 'xmlns') {
        if (local === 'xmlns' || value === '' || value === xmlnsNs || (local === 'xml') !== (value === xmlNs))
          this.#fail(`a declaration of '${local}' that cannot be`);
        prefixes ??= new Map(around.prefixes);
        prefixes.set(local, value);
      }
    }
    return ns === around.ns && prefixes === null ? around : { ns, prefixes: prefixes ?? around.prefixes };
  }

  #nsOf(prefix: string, { prefixes }: Scope): string {
    if (prefix === 'xml') return xmlNs;
    return prefixes.get(prefix) ?? this.#fail(`the prefix '${prefix}', which is not declared`, 'prefix');
  }

  #attributesOf(written: readonly (readonly [Name, string])[], scope: Scope): Record<string, string> {
    const attributes: Record<string, string> = Object.create(null);
    const declared = new Set<string>();
    for (const [{ prefix, local }, value] of written) {
      const isDeclaration = prefix === 'xmlns' || (prefix === '' && local === 'xmlns');
      const isPlain = prefix === '' || prefix === 'xml';
      const key =
        isPlain || isDeclaration ? plainKey(prefix, local) : `{${this.#nsOf(prefix, scope)}}${local}`;
      if (key in attributes || declared.has(key)) this.#fail(`the attribute '${local}' twice`);
      if (isDeclaration) declared.add(key);
      else attributes[key] = value;
    }
    return attributes;
  }

  #name(): Name {
    qualified.lastIndex = this.#at;
    const found = qualified.exec(this.#text);
    if (found === null) return this.#fail('something that is no name');
    this.#at = qualified.lastIndex;
    if (this.#text[this.#at] === ':') this.#fail('a name with two colons');
    return { prefix: found[1] ?? '', local: found[2] ?? '' };
  }

  #value(): string {
    this.#skip();
    this.#demand('=');
    this.#skip();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") this.#fail('an attribute without quotes');
    const end = this.#text.indexOf(quote as string, this.#at + 1);
    if (end < 0) this.#fail('an attribute that does not end');
    const raw = this.#text.slice(this.#at + 1, end);
    if (raw.includes('<')) this.#fail("'<' in an attribute");
    // XML 1.0 §3.3.3: a line end or a tab is a space, unless it is written as a reference.
    const value = this.#resolved(raw.replace(/\r\n|[\t\n\r]/g, ' '), this.#at + 1);
    this.#at = end + 1;
    return value;
  }

  /** Text up to the next tag, sections of CDATA among it. */
  #characters(): string {
    let text = '';
    for (;;) {
      const end = this.#text.indexOf('<', this.#at);
      if (end < 0) this.#fail('an element that does not end', 'malformed', this.#text.length);
      const raw = this.#text.slice(this.#at, end);
      if (raw.includes(']]>')) this.#fail("']]>' in a text");
      text += this.#resolved(unixLines(raw), this.#at);
      this.#at = end;
      if (!this.#text.startsWith('<![CDATA[', end)) return text;
      const close = this.#text.indexOf(']]>', end);
      if (close < 0) this.#fail('a section of CDATA that does not end');
      text += unixLines(this.#text.slice(end + 9, close));
      this.#at = close + 3;
    }
  }

  #resolved(raw: string, from: number): string {
    let at = raw.indexOf('&');
    if (at < 0) return raw;
    let text = raw.slice(0, at);
    while (at < raw.length) {
      reference.lastIndex = at;
      const found = reference.exec(raw);
      if (found === null) return this.#fail('an entity that is not one of the five', 'restricted', from + at);
      const [, word, decimal, hex] = found;
      text += word === undefined ? this.#pointed(decimal, hex) : predefined[word];
      const next = raw.indexOf('&', reference.lastIndex);
      text += raw.slice(reference.lastIndex, next < 0 ? raw.length : next);
      at = next < 0 ? raw.length : next;
    }
    return text;
  }

  #pointed(decimal: string | undefined, hex: string | undefined): string {
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    const char = point <= 0x10ffff ? String.fromCodePoint(point) : '\0';
    return notChar.test(char) ? this.#fail('a reference to a character that XML does not have') : char;
  }

  #skip(): void {
    spaces.lastIndex = this.#at;
    spaces.exec(this.#text);
    this.#at = spaces.lastIndex;
  }

  #demand(char: string): void {
    if (this.#text[this.#at] !== char) this.#fail(`something else than '${char}'`);
    this.#at++;
  }

  #fail(what: string, kind: XmlFaultKind = 'malformed', at: number = this.#at): never {
    throw new XmlFault(kind, what, at);
  }
}

const plainKey = (prefix: string, local: string) => (prefix === '' ? local : `${prefix}:${local}`);
const unixLines = (text: string) => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

/** One element, whole. Throws XmlFault for what is not well-formed, what XMPP does not take, and what is too much. */
export const parseElement = (text: string, scope: Scope = noScope): Element => new Parser(text).whole(scope);

/** The start tag that opens a stream, and the name spaces that it declares for what comes in it. Throws XmlFault. */
export const parseHead = (text: string): { readonly element: Element; readonly scope: Scope } =>
  new Parser(text).head();

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { FormatError } from '../../base/index.ts';
import { xmlAttributesMax, xmlBytesMax, xmlDepthMax, xmlElementsMax } from './limits.ts';

export interface XmlAttribute {
  /** '' for none. */
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

export interface XmlElement {
  /** Name space URI; '' for none. */
  readonly namespace: string;
  /** Without its prefix. */
  readonly name: string;
  /** Declarations of name spaces left out. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Its own character data, CDATA among it, in order. */
  readonly text: string;
  /** How it was written; with `verbatim` alone. */
  readonly source?: XmlSource;
}

/** What is needed to write an element again as it was. */
export interface XmlSource {
  readonly prefix: string;
  /** Prefix and name space; '' for the default one. */
  readonly declared: readonly (readonly [prefix: string, namespace: string])[];
  /** Of the attributes, in their order. */
  readonly prefixes: readonly string[];
  /** Text and elements in their order; comments are not kept. */
  readonly content: readonly (string | XmlElement)[];
}

export interface XmlOptions {
  readonly bytesMax?: number;
  readonly elementsMax?: number;
  /** Keeps `source`, for `fragmentOf`. */
  readonly verbatim?: boolean;
  /**
   * Sees each element that ends, children whole, and where it lies: 0 is the root. True: it was taken, and its parent need not
   * keep it, so that a long list costs what one entry does.
   */
  readonly take?: (element: XmlElement, depth: number) => boolean;
}

interface Open {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  text: string;
  readonly source?: XmlSource & { readonly content: (string | XmlElement)[] };
}

/** Reads one document in pieces. Every method throws FormatError for what is no well-formed XML, refused, or too much. */
export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #options: XmlOptions;
  readonly #open: Open[] = [];
  #root: XmlElement | null = null;
  #bytes = 0;
  #elements = 0;

  constructor(options: XmlOptions = {}) {
    this.#options = options;
    const parser = this.#parser;
    parser.on('error', (error) => this.#fail(error.message.replace(/^\d+:\d+: /, '')));
    parser.on('doctype', () => this.#fail('a document type declaration is not taken'));
    parser.on('processinginstruction', () => this.#fail('a processing instruction is not taken'));
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) this.#fail('only UTF-8 is taken');
    });
    parser.on('opentagstart', () => {
      if (this.#open.length >= xmlDepthMax) this.#fail(`elements lie deeper than ${xmlDepthMax}`);
      if (++this.#elements > (options.elementsMax ?? xmlElementsMax))
        this.#fail('there are too many elements');
    });
    let attributes = 0;
    parser.on('attribute', () => {
      if (++attributes > xmlAttributesMax) {
        this.#fail(`an element has more than ${xmlAttributesMax} attributes`);
      }
    });
    parser.on('opentag', (tag) => {
      attributes = 0;
      this.#opened(tag);
    });
    parser.on('text', (text) => this.#said(text));
    parser.on('cdata', (text) => this.#said(text));
    parser.on('closetag', () => this.#closed());
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.length;
    const bytesMax = this.#options.bytesMax ?? xmlBytesMax;
    if (this.#bytes > bytesMax) throw new FormatError(`the document is longer than ${bytesMax} bytes`);
    this.#parser.write(this.#decode(piece, true));
  }

  /** The root, without what was taken. */
  end(): XmlElement {
    const rest = this.#decode(new Uint8Array(), false);
    this.#parser.write(rest).close();
    if (this.#root === null) return this.#fail('there is no element');
    return this.#root;
  }

  #decode(piece: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(piece, { stream });
    } catch {
      return this.#fail('it is not UTF-8');
    }
  }

  #opened(tag: SaxesTagNS): void {
    const own = Object.values(tag.attributes).filter(
      ({ prefix, local }) => prefix !== 'xmlns' && !(prefix === '' && local === 'xmlns'),
    );
    this.#open.push({
      namespace: tag.uri,
      name: tag.local,
      attributes: own.map(({ uri, local, value }) => ({ namespace: uri, name: local, value })),
      children: [],
      text: '',
      ...(this.#options.verbatim === true
        ? {
            source: {
              prefix: tag.prefix,
              declared: Object.entries(tag.ns),
              prefixes: own.map(({ prefix }) => prefix),
              content: [],
            },
          }
        : {}),
    });
  }

  #said(text: string): void {
    const inner = this.#open.at(-1);
    if (!inner) return;
    inner.text += text;
    inner.source?.content.push(text);
  }

  #closed(): void {
    const element = this.#open.pop();
    if (!element) return;
    const depth = this.#open.length;
    const taken = this.#options.take?.(element, depth) ?? false;
    if (depth === 0) this.#root = element;
    if (depth === 0 || taken) return;
    const outer = this.#open.at(-1);
    outer?.children.push(element);
    outer?.source?.content.push(element);
  }

  #fail(what: string): never {
    throw new FormatError(`XML, line ${this.#parser.line}: ${what}`, this.#parser.position);
  }
}

/** The same for a document that is in memory. */
export function parseXml(bytes: Uint8Array, options: XmlOptions = {}): XmlElement {
  const reader = new XmlReader(options);
  reader.write(bytes);
  return reader.end();
}

/** The first child of that name, in whatever name space. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** Text for an element or an attribute: what XML 1.0 cannot hold at all is left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

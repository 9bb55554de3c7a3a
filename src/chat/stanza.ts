import { FormatError } from '../base/index.ts';
import { type Jid, jidText, parseJid } from '../formats/jid/index.ts';
import { type Element, element, elementsOf, escapeAttribute, writeElement } from '../formats/stanza/index.ts';
import { errorElement, type StanzaError } from './errors.ts';
import { clientNs, serverNs } from './namespaces.ts';

export type StanzaKind = 'message' | 'presence' | 'iq';

/** A stanza on its way: its name space is `jabber:client`, whatever stream it came by; its addresses are prepared. */
export interface Stanza {
  readonly kind: StanzaKind;
  /** `type`; '' where there is none. */
  readonly type: string;
  readonly element: Element;
  readonly from: Jid;
  readonly to: Jid;
}

const kinds: ReadonlySet<string> = new Set<StanzaKind>(['message', 'presence', 'iq']);

export const isStanza = (of: Element): boolean =>
  (of.ns === clientNs || of.ns === serverNs) && kinds.has(of.name);

/** A stanza from whoever `from` says; `attributes` win over those of the element. */
export function addressed(of: Element, from: Jid, to: Jid): Stanza {
  const attributes = { ...of.attributes, from: jidText(from), to: jidText(to) };
  return {
    kind: of.name as StanzaKind,
    type: of.attributes.type ?? '',
    element: new Worded(of.name, of.ns, attributes, of.children),
    from,
    to,
  };
}

/** The same with other children, addresses kept. */
export const withChildren = (stanza: Stanza, children: Element['children']): Stanza => ({
  ...stanza,
  element: withOthers(stanza.element, children),
});

const withOthers = ({ name, ns, attributes }: Element, children: Element['children']): Worded =>
  new Worded(name, ns, attributes, children);

/** Null where it is none; for addresses in attributes. */
export function tryJid(text: string | undefined): Jid | null {
  if (text === undefined) return null;
  try {
    return parseJid(text);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** The one child that an iq of type get or set has (RFC 6120 §8.2.3); null for none or several. */
export function payloadOf({ element: of }: Stanza): Element | null {
  const [payload = null, ...more] = elementsOf(of);
  return more.length === 0 ? payload : null;
}

/** The answer to a request, from whom it was addressed to. */
export const resultOf = (request: Stanza, payload: Element | null = null): Stanza =>
  answer(request, element('iq', clientNs, { type: 'result', id: request.element.attributes.id }, payload));

/** The error that goes back for a stanza: its children stay (RFC 6120 §8.3.1). */
export function bounceOf(stanza: Stanza, error: StanzaError): Stanza {
  const { name, children, attributes } = stanza.element;
  const { id, 'xml:lang': lang } = attributes;
  return answer(stanza, {
    name,
    ns: clientNs,
    attributes: { type: 'error', id, 'xml:lang': lang },
    children: [...children.filter((child) => typeof child !== 'string'), errorElement(error, clientNs)],
  });
}

/** RFC 6120 §8.3.1: an error is never answered with one, and neither is the answer to an iq. */
export const mayBounce = ({ kind, type }: Stanza): boolean =>
  type !== 'error' && !(kind === 'iq' && type === 'result');

const answer = (to: Stanza, made: Element): Stanza => addressed(made, to.to, to.from);

/** An element with its text, once somebody has asked for that: most stanzas, for which a WeakMap costs the collector too much. */
class Worded implements Element {
  readonly name: string;
  readonly ns: string;
  readonly attributes: Element['attributes'];
  readonly children: Element['children'];
  #text: string | null = null;

  constructor(
    name: string,
    ns: string,
    attributes: Element['attributes'],
    children: Element['children'],
    text: string | null = null,
  ) {
    this.name = name;
    this.ns = ns;
    this.attributes = attributes;
    this.children = children;
    this.#text = text;
  }

  /** Null where nobody has asked for it. */
  get known(): string | null {
    return this.#text;
  }

  text(): string {
    this.#text ??= writeElement(this, clientNs);
    return this.#text;
  }
}

/** Of elements that others have made. */
const texts = new WeakMap<Element, string>();

const knownText = (of: Element): string | null => (of instanceof Worded ? of.known : (texts.get(of) ?? null));

/** The same with more children before its own; where its text is known, so is that of the new one. */
export function withFirst(of: Element, first: readonly Element[]): Element {
  const children = [...first, ...of.children];
  const text = knownText(of);
  // '>' stands nowhere else in what we write: the first one ends the start tag.
  const end = text?.indexOf('>') ?? -1;
  if (text === null || end < 1 || text[end - 1] === '/') return withOthers(of, children);
  let inner = '';
  for (const each of first) inner += writeElement(each, of.ns);
  const whole = text.slice(0, end + 1) + inner + text.slice(end + 1);
  return new Worded(of.name, of.ns, of.attributes, children, whole);
}

/** As text within a client's stream; made once for however many hear it. */
export function stanzaText(of: Element): string {
  if (of instanceof Worded || of instanceof Copy) return of.text();
  let text = texts.get(of);
  if (text === undefined) {
    text = writeElement(of, clientNs);
    texts.set(of, text);
  }
  return text;
}

/** Differs from others in `to` alone, and shares all else with them, its text too. */
class Copy implements Element {
  readonly name: string;
  readonly ns: string;
  readonly attributes: Element['attributes'];
  readonly children: Element['children'];
  readonly #original: Element;

  constructor(original: Element, to: string) {
    this.name = original.name;
    this.ns = original.ns;
    this.attributes = { ...original.attributes, to };
    this.children = original.children;
    this.#original = original;
  }

  text(): string {
    const text = stanzaText(this.#original);
    const head = this.name.length + 1;
    return `${text.slice(0, head)} to='${escapeAttribute(this.attributes.to ?? '')}'${text.slice(head)}`;
  }
}

/** A stanza without `to`, for one of the many who get it. */
export const copyFor = (of: Element, to: string): Element => new Copy(of, to);

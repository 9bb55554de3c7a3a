import type { Element } from '../../src/formats/stanza/index.ts';
import type { Dice } from '../differential/random.ts';
import { type Corpus, clientNs } from './corpus.ts';

/** Whom and what hostile stanzas name. */
export interface Names {
  readonly domain: string;
  /** Addresses of all sorts: of members, of rooms, of strangers. */
  readonly addresses: readonly string[];
  /** Strings that the server has said: ids of items, of rows, of sessions. */
  readonly learnt: readonly string[];
}

const odd: readonly string[] = [
  ...['', ' ', '0', '-1', '1', '4294967296', '99999999999999999999', 'NaN', '1e9', '0x10', '+5', '١'],
  ...['true', 'false', 'maybe', 'null', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...[
    'get',
    'set',
    'result',
    'error',
    'submit',
    'cancel',
    'execute',
    'groupchat',
    'probe',
    'subscribe',
    'both',
    'none',
  ],
  ...['max', 'open', 'whitelist', 'roster', 'owner', 'outcast', 'admin', 'member', 'moderator', 'visitor'],
  ...[
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999Z',
    '2026-13-40T25:61:61Z',
    '-200000-01-01T00:00:00Z',
  ],
  ...[
    '<&>"\'',
    ']]>',
    '../../etc/passwd',
    "'; drop table x; --",
    '%s%n',
    '\u202e',
    '\u{1F9A6}',
    'e\u0301',
    'ﬁ',
    'İ',
    'ß',
    'a\tb\nc\rd',
  ],
  ...['@', '/', 'a@', '@b', 'a@b@c', 'a b@c', '::1', '[::1]', 'x@[::1]', 'xn--', '.', 'a..b', '*', 'urn:x'],
  'x'.repeat(1_024),
  'ü'.repeat(3_000),
  `${'l'.repeat(1_100)}@coop.localhost`,
];
const attributeNames = [
  'id',
  'to',
  'from',
  'type',
  'jid',
  'node',
  'var',
  'name',
  'xml:lang',
  'h',
  '__proto__',
  'action',
];
const types = [
  'get',
  'set',
  'result',
  'error',
  'chat',
  'groupchat',
  'headline',
  'normal',
  'unavailable',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
  'probe',
  'invisible',
  '',
];

/** Stanzas and other elements that a seed repeats: what transcripts say, and what is wrong with it. */
export class Grammar {
  readonly #dice: Dice;
  readonly #corpus: Corpus;

  constructor(dice: Dice, corpus: Corpus) {
    this.#dice = dice;
    this.#corpus = corpus;
  }

  stanza(names: Names): Element {
    const said = this.#spoilt(this.#dice.pick(this.#corpus.stanzas), names);
    return this.#addressed(this.#named(said, names, new Map()), names);
  }

  /** Of a scene: mostly as it was said. */
  line(said: Element, names: Names, known: Map<string, string>): Element {
    const of = this.#dice.chance(75) ? said : this.#spoilt(said, names);
    const { from: _, ...attributes } = of.attributes;
    return this.#named({ ...of, attributes }, names, known);
  }

  other(names: Names): Element {
    return this.#named(this.#spoilt(this.#dice.pick(this.#corpus.others), names), names, new Map());
  }

  /** A payload, where any element does. */
  part(names: Names): Element {
    return this.#named(this.#dice.pick(this.#corpus.parts), names, new Map());
  }

  word({ addresses, learnt }: Names): string {
    const dice = this.#dice;
    if (dice.chance(40)) return dice.pick(addresses);
    if (dice.chance(30) && learnt.length > 0) return dice.pick(learnt);
    return dice.pick(odd);
  }

  #addressed(of: Element, names: Names): Element {
    const dice = this.#dice;
    const attributes = { ...of.attributes };
    delete attributes.from;
    if (dice.chance(25)) attributes.to = dice.pick(names.addresses);
    if (dice.chance(3)) attributes.to = this.word(names);
    if (dice.chance(8)) attributes.type = dice.pick(types);
    if (dice.chance(1)) attributes.from = this.word(names);
    if (attributes.type === '') delete attributes.type;
    return { ...of, attributes };
  }

  #spoilt(of: Element, names: Names): Element {
    const dice = this.#dice;
    if (dice.chance(35)) return of;
    let made = of;
    for (let count = 1 + dice.below(3); count > 0; count--) made = this.#changed(made, names, 0);
    return { ...made, name: of.name, ns: of.ns };
  }

  /** One change, somewhere in it; mostly below. */
  #changed(of: Element, names: Names, depth: number): Element {
    const dice = this.#dice;
    const inner = of.children.flatMap((child, at) => (typeof child === 'string' ? [] : [at]));
    if (inner.length > 0 && dice.chance(depth === 0 ? 85 : 60)) {
      const at = dice.pick(inner);
      const children = of.children.map((child, place) =>
        place === at && typeof child !== 'string' ? this.#changed(child, names, depth + 1) : child,
      );
      return { ...of, children };
    }
    return this.#changedHere(of, names);
  }

  #changedHere(of: Element, names: Names): Element {
    const dice = this.#dice;
    const { attributes, children } = of;
    const present = Object.keys(attributes);
    switch (dice.below(11)) {
      case 0:
        return present.length === 0
          ? of
          : { ...of, attributes: { ...attributes, [dice.pick(present)]: undefined } };
      case 1:
      case 2: {
        const name = present.length > 0 && dice.chance(80) ? dice.pick(present) : dice.pick(attributeNames);
        return { ...of, attributes: { ...attributes, [name]: this.word(names) } };
      }
      case 3:
        return { ...of, children: children.slice(1) };
      case 4:
        return { ...of, children: [...children, ...children] };
      case 5:
        return { ...of, children: [...children, dice.pick(this.#corpus.parts)] };
      case 6:
      case 7:
        return { ...of, children: [this.word(names)] };
      case 8:
        return { ...of, ns: dice.pick(this.#corpus.parts).ns };
      case 9:
        return { ...of, name: dice.pick(this.#corpus.parts).name };
      default:
        return this.#nested(of);
    }
  }

  /** What forwards what forwards it. */
  #nested(of: Element): Element {
    const wraps = this.#dice.pick([1, 3, 20]);
    let made: Element = { ...of, children: of.children };
    for (let count = 0; count < wraps; count++) {
      const forwarded = { name: 'forwarded', ns: 'urn:xmpp:forward:0', attributes: {}, children: [made] };
      made = { name: 'received', ns: 'urn:xmpp:carbons:2', attributes: {}, children: [forwarded] };
    }
    return { ...of, children: [made] };
  }

  /** The same name is the same thing all over one stanza. */
  #named(of: Element, names: Names, known: Map<string, string>): Element {
    const text = (said: string) =>
      said.replace(/\{([\w.-]+)\}/g, (_, name: string) => this.#meant(name, names, known));
    const attributes: Record<string, string> = {};
    for (const [name, value] of Object.entries(of.attributes))
      if (value !== undefined) attributes[name] = text(value);
    const children = of.children.map((child) =>
      typeof child === 'string' ? text(child).replaceAll('{{', '{') : this.#named(child, names, known),
    );
    return { ...of, attributes, children };
  }

  #meant(name: string, names: Names, known: Map<string, string>): string {
    if (name === 'domain') return names.domain;
    let meant = known.get(name);
    if (meant === undefined) {
      const { addresses, learnt } = names;
      // Of captures nobody knows what they were: mostly what was heard last is as good.
      const isPerson = /^[a-z]+(?:\.bare)?$/.test(name) && this.#dice.chance(60);
      meant = isPerson || learnt.length === 0 ? this.#dice.pick(addresses) : this.#dice.pick(learnt);
      if (name.endsWith('.bare')) meant = meant.split('/')[0] ?? meant;
      known.set(name, meant);
    }
    return meant;
  }
}

/** As it stands in a stream between servers. */
export const between = (of: Element): Element => ({
  ...of,
  ns: of.ns === clientNs ? 'jabber:server' : of.ns,
  children: of.children.map((child) => (typeof child === 'string' ? child : between(child))),
});

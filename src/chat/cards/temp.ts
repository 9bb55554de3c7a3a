import {
  childrenOf,
  type Element,
  element,
  elementsOf,
  textOf,
  writeElement,
} from '../../formats/stanza/index.ts';
import {
  type Card,
  type CardProperty,
  type CardVersion,
  componentsOf,
  escapeText,
  unescapeText,
} from '../../formats/vcard/index.ts';
import { vcardTempNs } from '../namespaces.ts';
import { photoIn, photoOf, photoProperty } from './photo.ts';

/** XEP-0054 §3: one property of a card, as chat has it and as address books do. */
interface Mapping {
  /** Of the card. */
  readonly name: string;
  /** Of the element. */
  readonly tag: string;
  /** Null: chat cannot say it, and it stays in the card whatever a client sets. */
  show(property: CardProperty): Element | null;
  /** Null: nothing is said. */
  read(of: Element, version: CardVersion): Pick<CardProperty, 'parameters' | 'value'> | null;
}

const child = (tag: string, text: string): Element | null =>
  text === '' ? null : element(tag, vcardTempNs, {}, text);

const part = (of: Element, tag: string): string => {
  const found = [...elementsOf(of)].find(({ name }) => name === tag);
  return found === undefined ? '' : textOf(found).trim();
};

/** On one line, whatever a client puts into it. */
const escaped = (value: string): string => escapeText(value.replace(/\r\n?/g, '\n'));

const text = (name: string, tag = name): Mapping => ({
  name,
  tag,
  show: ({ value }) => child(tag, unescapeText(value)),
  read: (of) => (textOf(of) === '' ? null : { parameters: [], value: escaped(textOf(of)) }),
});

/** Addresses and dates, in which nothing is escaped. */
const plain = (name: string): Mapping => ({
  name,
  tag: name,
  show: ({ value }) => child(name, value),
  read(of) {
    const value = textOf(of)
      .replace(/\p{Cc}+/gu, ' ')
      .trim();
    return value === '' ? null : { parameters: [], value };
  },
});

/** Values of several parts, in the order of RFC 6350; a part that is missing is empty. */
const structured = (name: string, tags: readonly string[], types: readonly string[] = []): Mapping => ({
  name,
  tag: name,
  show({ value, parameters }) {
    const parts = componentsOf(value);
    const shown = tags.map((tag, at) => child(tag, (parts[at] ?? []).join(',')));
    return element(name, vcardTempNs, {}, ...typesShown(parameters, types), ...shown);
  },
  read(of) {
    const values = tags.map((tag) => escaped(part(of, tag)));
    if (values.every((value) => value === '')) return null;
    return { parameters: typesRead(of, types), value: values.join(';') };
  },
});

const organization: Mapping = {
  name: 'ORG',
  tag: 'ORG',
  show({ value }) {
    const [name = '', ...units] = componentsOf(value).map((values) => values.join(','));
    const shown = [child('ORGNAME', name), ...units.map((unit) => child('ORGUNIT', unit))];
    return element('ORG', vcardTempNs, {}, ...shown);
  },
  read(of) {
    const units = [...elementsOf(of)].filter(({ name }) => name === 'ORGUNIT').map(textOf);
    const values = [part(of, 'ORGNAME'), ...units].map(escaped);
    return values.join('') === '' ? null : { parameters: [], value: values.join(';') };
  },
};

const single = (name: string, tag: string, types: readonly string[], scheme = ''): Mapping => ({
  name,
  tag: name,
  show({ value, parameters }) {
    const said = unescapeText(value);
    const shown = scheme !== '' && said.toLowerCase().startsWith(scheme) ? said.slice(scheme.length) : said;
    return element(name, vcardTempNs, {}, ...typesShown(parameters, types), child(tag, shown));
  },
  read(of) {
    const said = part(of, tag);
    return said === '' ? null : { parameters: typesRead(of, types), value: escaped(said) };
  },
});

const places = ['HOME', 'WORK'];
const telephones = [...places, 'VOICE', 'FAX', 'PAGER', 'CELL', 'VIDEO'];

function typesShown(parameters: CardProperty['parameters'], known: readonly string[]): Element[] {
  const said = parameters.filter(({ name }) => name.toUpperCase() === 'TYPE').flatMap(({ values }) => values);
  const types = new Set(said.map((value) => value.toUpperCase()));
  return known.filter((type) => types.has(type)).map((type) => element(type, vcardTempNs));
}

function typesRead(of: Element, known: readonly string[]): CardProperty['parameters'] {
  const values = [...elementsOf(of)].map(({ name }) => name).filter((name) => known.includes(name));
  return values.length === 0 ? [] : [{ name: 'TYPE', values: values.map((value) => value.toLowerCase()) }];
}

const photo: Mapping = {
  name: 'PHOTO',
  tag: 'PHOTO',
  show(property) {
    const found = photoOf(property);
    return (
      found &&
      element(
        'PHOTO',
        vcardTempNs,
        {},
        child('TYPE', found.type),
        child('BINVAL', found.bytes.toString('base64')),
      )
    );
  },
  read(of, version) {
    const found = photoIn(part(of, 'TYPE'), part(of, 'BINVAL'));
    return found && photoProperty(found, version);
  },
};

const mappings: readonly Mapping[] = [
  text('FN'),
  structured('N', ['FAMILY', 'GIVEN', 'MIDDLE', 'PREFIX', 'SUFFIX']),
  text('NICKNAME'),
  photo,
  plain('BDAY'),
  structured('ADR', ['POBOX', 'EXTADD', 'STREET', 'LOCALITY', 'REGION', 'PCODE', 'CTRY'], places),
  single('TEL', 'NUMBER', telephones, 'tel:'),
  single('EMAIL', 'USERID', places),
  text('TITLE'),
  text('ROLE'),
  organization,
  text('NOTE', 'DESC'),
  plain('URL'),
];

const byName = new Map(mappings.map((mapping) => [mapping.name, mapping]));
const byTag = new Map(mappings.map((mapping) => [mapping.tag, mapping]));

/** A card as vcard-temp has it; `seen`: names of its properties, null for all. */
export function asTemp(card: Card | null, seen: ReadonlySet<string> | null): Element {
  const shown = (card?.properties ?? []).flatMap((property) => {
    if (seen !== null && !seen.has(property.name)) return [];
    return byName.get(property.name)?.show(property) ?? [];
  });
  return element('vCard', vcardTempNs, {}, ...shown);
}

/** A card of which nothing is known but whose it is. */
export const emptyCard = (uid: string): Card => ({
  version: '4.0',
  uid,
  properties: [made('UID', { parameters: [], value: uid })],
});

const made = (name: string, { parameters, value }: Pick<CardProperty, 'parameters' | 'value'>) => ({
  ...{ group: '', name, spelling: name, parameters, value, line: 0 },
});

/**
 * The card with what a client says in place of what it could have said: a property that it says again stays as it was, with
 * all that chat does not know of it, and so does what vcard-temp has no word for. `name`: of a card that would have none.
 */
export function withTemp(card: Card, temp: Element, name: string): Card {
  const said: { mapping: Mapping; of: Element; text: string }[] = [];
  for (const of of elementsOf(temp)) {
    const mapping = byTag.get(of.name);
    const read = mapping?.read(of, card.version) ?? null;
    // As it would be shown again, so that what a client leaves out or adds does not make it another one.
    const shown = read === null ? null : (mapping?.show(made(mapping.name, read)) ?? null);
    if (mapping !== undefined && shown !== null) said.push({ mapping, of, text: writeElement(shown) });
  }
  const properties = card.properties.filter((property) => {
    const shown = byName.get(property.name)?.show(property) ?? null;
    if (shown === null) return true;
    const at = said.findIndex((each) => each.text === writeElement(shown));
    if (at >= 0) said.splice(at, 1);
    return at >= 0;
  });
  for (const { mapping, of } of said) {
    const read = mapping.read(of, card.version);
    if (read !== null) properties.push(made(mapping.name, read));
  }
  return { ...card, properties: named(properties, card, name) };
}

/** The card with what `temp` says of which it said nothing: what is there already stays. */
export function withAdded(card: Card, temp: Element, name: string): Card {
  const said = asTemp(card, null);
  const tags = new Set([...elementsOf(said)].map((each) => each.name));
  const added = [...elementsOf(temp)].filter((each) => !tags.has(each.name));
  return withTemp(card, { ...said, children: [...said.children, ...added] }, name);
}

/** Of these a card may have several: what is said of one says nothing of the others. */
const several: ReadonlySet<string> = new Set(['ADR', 'TEL', 'EMAIL', 'URL']);

/** The card with what `temp` says in place of what it said of that; what `temp` does not speak of stays. */
export function withSaid(card: Card, temp: Element, name: string): Card {
  // As it would be shown again, so that what is said twice does not stand there twice.
  const said = [...elementsOf(asTemp(withTemp({ ...card, properties: [] }, temp, name), null))];
  const tags = new Set([...elementsOf(temp)].map((each) => each.name));
  const shown = asTemp(card, null);
  const kept = [...elementsOf(shown)].filter((each) => several.has(each.name) || !tags.has(each.name));
  const known = new Set(kept.map((each) => writeElement(each)));
  const added = said.filter((each) => tags.has(each.name) && !known.has(writeElement(each)));
  return withTemp(card, { ...shown, children: [...kept, ...added] }, name);
}

/** Whether it brings a picture that cannot be read, or that is larger than chat shows. */
export const hasUnreadPicture = (temp: Element): boolean =>
  childrenOf(temp, 'PHOTO').some(
    (photo) => part(photo, 'BINVAL') !== '' && photoIn(part(photo, 'TYPE'), part(photo, 'BINVAL')) === null,
  );

/** RFC 6350 §6.2.1: a card has a name. */
function named(properties: readonly CardProperty[], before: Card, name: string): readonly CardProperty[] {
  if (properties.some((property) => property.name === 'FN')) return properties;
  const known = before.properties.find((property) => property.name === 'FN');
  return [...properties, known ?? made('FN', { parameters: [], value: escaped(name) })];
}

import { unescapeText } from '../../content-lines/index.ts';
import type { CardProperty } from '../types.ts';
import { decodeComponent } from './addresses.ts';
import { typesOf } from './shape.ts';
import { messengers } from './tables.ts';

/** What rules ask of the other properties of a card, found once: a card may have thousands. */
export interface Context {
  readonly names: ReadonlySet<string>;
  readonly name: CardProperty | undefined;
  readonly sortString: CardProperty | undefined;
  /** Apple's labels by group, both in lower case. */
  readonly labels: ReadonlyMap<string, string>;
  /** Groups, in lower case, that have a date of Apple's. */
  readonly dated: ReadonlySet<string>;
  /** `xmpp ana@example.org` of each IMPP, and of each property of an older client. */
  readonly addresses: ReadonlySet<string>;
  readonly olderAddresses: ReadonlySet<string>;
  /** Which LABEL belongs to which ADR. */
  readonly labelOf: ReadonlyMap<CardProperty, CardProperty>;
  readonly placed: ReadonlySet<CardProperty>;
  /** A group that the card does not have yet: `item1`, `item2` … */
  fresh(): string;
}

export function contextOf(properties: readonly CardProperty[]): Context {
  const labels = new Map<string, string>();
  const dated = new Set<string>();
  const addresses = new Set<string>();
  const olderAddresses = new Set<string>();
  for (const { name, group, value } of properties) {
    if (name === 'X-ABLABEL' && group !== '') labels.set(group.toLowerCase(), value.trim().toLowerCase());
    if (name === 'X-ABDATE' && group !== '') dated.add(group.toLowerCase());
    for (const [older, scheme] of messengers) {
      const address = name === 'IMPP' ? decodeComponent(value, scheme) : null;
      if (address !== null) addresses.add(`${scheme} ${address}`);
      if (name === older) olderAddresses.add(`${scheme} ${unescapeText(value).trim()}`);
    }
  }
  const labelOf = labelsOfAddresses(properties);
  return {
    names: new Set(properties.map(({ name }) => name)),
    name: properties.find(({ name }) => name === 'N'),
    sortString: properties.find(({ name }) => name === 'SORT-STRING'),
    labels,
    dated,
    addresses,
    olderAddresses,
    labelOf,
    placed: new Set(labelOf.values()),
    fresh: freshGroups(properties),
  };
}

/** The types of a postal address, in one order. */
const typeKey = (property: CardProperty): string =>
  typesOf(property)
    .map((type) => type.toLowerCase())
    .filter((type) => type !== 'pref')
    .sort()
    .join();

/** A LABEL belongs to the ADR right before it, else to the first of the same types that has none (RFC 2426 §3.2.2). */
function labelsOfAddresses(properties: readonly CardProperty[]): Map<CardProperty, CardProperty> {
  const pairs = new Map<CardProperty, CardProperty>();
  const waiting = new Map<string, CardProperty[]>();
  const free: CardProperty[] = [];
  for (const [at, property] of properties.entries()) {
    if (property.name !== 'LABEL') continue;
    const before = properties[at - 1];
    if (before?.name === 'ADR' && typeKey(before) === typeKey(property)) pairs.set(before, property);
    else free.push(property);
  }
  for (const property of properties) {
    if (property.name !== 'ADR' || pairs.has(property)) continue;
    const key = typeKey(property);
    const list = waiting.get(key);
    if (list) list.push(property);
    else waiting.set(key, [property]);
  }
  const next = new Map<string, number>();
  for (const label of free) {
    const key = typeKey(label);
    const at = next.get(key) ?? 0;
    const address = waiting.get(key)?.[at];
    if (!address) continue;
    next.set(key, at + 1);
    pairs.set(address, label);
  }
  return pairs;
}

function freshGroups(properties: readonly CardProperty[]): () => string {
  const taken = new Set(properties.map(({ group }) => group.toLowerCase()));
  let number = 0;
  return () => {
    do number += 1;
    while (taken.has(`item${number}`));
    return `item${number}`;
  };
}

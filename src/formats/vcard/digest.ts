import { unescapeText } from '../content-lines/index.ts';
import { digestBytesMax, digestValueBytesMax } from './limits.ts';
import type { Card, CardVersion } from './types.ts';

/** What is known of a property without its card. */
export interface Fact {
  /** Upper case. */
  readonly name: string;
  /** Upper case; '' for none. */
  readonly group: string;
  /** As a reader sees it, without escapes; null: too long to be kept here. */
  readonly text: string | null;
  readonly parameters: readonly (readonly [name: string, values: readonly string[]])[];
}

export interface CardFacts {
  readonly version: CardVersion;
  readonly facts: readonly Fact[];
  /** Some value is not here: a question that needs it needs the bytes. */
  readonly partial: boolean;
}

type Row = [string, string, string | null, ...(readonly string[])[]];

/** A card -> a compact text from which searches are answered. */
export function digestOf(card: Card): string {
  let room = digestBytesMax;
  const rows: Row[] = [];
  for (const fact of factsIn(card, digestValueBytesMax)) {
    const long = fact.text === null || Buffer.byteLength(fact.text) > digestValueBytesMax;
    let row: Row = [
      fact.name,
      fact.group,
      long ? null : fact.text,
      ...fact.parameters.map(([n, v]) => [n, ...v]),
    ];
    let size = Buffer.byteLength(JSON.stringify(row));
    if (size > room) {
      row = [fact.name, fact.group, null];
      size = fact.name.length + fact.group.length + 12;
    }
    // the names alone do not fit: whoever asks reads the card
    if (size > room) return JSON.stringify([card.version]);
    room -= size;
    rows.push(row);
  }
  return JSON.stringify([card.version, rows]);
}

/** All of a card's facts, nothing left out. */
export function factsOf(card: Card): CardFacts {
  return { version: card.version, facts: factsIn(card, Number.POSITIVE_INFINITY), partial: false };
}

/** Values that are surely longer than `charactersMax` are not looked at: an escape is two characters at most. */
function factsIn(card: Card, charactersMax: number): readonly Fact[] {
  const facts = card.properties.map(
    ({ name, group, value, parameters }): Fact => ({
      name,
      group: group.toUpperCase(),
      text: value.length > 2 * charactersMax ? null : unescapeText(value),
      parameters: parameters.map((parameter) => [parameter.name, parameter.values] as const),
    }),
  );
  facts.push({ name: 'VERSION', group: '', text: card.version, parameters: [] });
  return facts;
}

/** Null: the digest does not say, or none was made. */
export function readDigest(digest: string): CardFacts | null {
  if (digest === '') return null;
  const [version, rows] = JSON.parse(digest) as [CardVersion, Row[]?];
  if (!rows) return null;
  let partial = false;
  const facts = rows.map(([name, group, text, ...parameters]): Fact => {
    if (text === null) partial = true;
    return { name, group, text, parameters: parameters.map(([own = '', ...values]) => [own, values]) };
  });
  return { version, facts, partial };
}

/** The version alone, as it is asked for every card that is answered. */
export function versionOfDigest(digest: string): CardVersion | null {
  const found = /^\["(2\.1|3\.0|4\.0)"/.exec(digest);
  return found ? (found[1] as CardVersion) : null;
}

import { escapeText, unescapeText } from '../../content-lines/index.ts';
import type { CardProperty } from '../types.ts';
import { decodeComponent } from './addresses.ts';
import { type Context, contextOf } from './context.ts';
import { omittedYear, toExtended, withoutYear } from './dates.ts';
import { isMedia, mediaToThree } from './media.ts';
import { firstOf, made, renamed, renamedParameter, typesOf, valuesOf, without, withValues } from './shape.ts';
import { appleLabel, messengers, relations } from './tables.ts';

type Rule = (property: CardProperty, context: Context) => readonly CardProperty[];

const rules = new Map<string, Rule>([
  ['BDAY', (property) => [dateToThree(property)]],
  ['REV', (property) => [{ ...without(property, 'VALUE'), value: toExtended(property.value) }]],
  ['ANNIVERSARY', anniversaryToThree],
  ['KIND', kindToThree],
  ['MEMBER', (property) => [renamed(property, 'X-ADDRESSBOOKSERVER-MEMBER')]],
  ['RELATED', relationToThree],
  ['SOCIALPROFILE', (property) => [profileToThree(property)]],
  ['IMPP', messengerToThree],
  ['TEL', (property) => [telephoneToThree(property)]],
  ['UID', (property) => [without(property, 'VALUE')]],
  ['GEO', (property) => [geoToThree(property)]],
  ['TZ', (property) => [zoneToThree(property)]],
  ['N', nameToThree],
  ['ADR', addressToThree],
]);

/** Properties of version 4.0 -> of 3.0. What 3.0 has no word for keeps its own: readers pass over it and it is not lost. */
export function toThree(properties: readonly CardProperty[]): CardProperty[] {
  const context = contextOf(properties);
  const best = preferred(properties);
  const out: CardProperty[] = [];
  for (const property of properties) {
    const typed = preferenceToThree(property, best);
    const media = isMedia(property.name) ? [mediaToThree(typed)] : null;
    out.push(...(media ?? rules.get(property.name)?.(typed, context) ?? [typed]));
  }
  // RFC 2426 §3.1.2: N must be there; a whole name in its first part is shown rightly by every client
  const name = out.find((property) => property.name === 'FN');
  if (!out.some((property) => property.name === 'N')) {
    out.splice(
      name ? out.indexOf(name) + 1 : 0,
      0,
      made('N', `${escapeText(unescapeText(name?.value ?? ''))};;;;`),
    );
  }
  return out;
}

/** By name, the smallest PREF that is there. */
function preferred(properties: readonly CardProperty[]): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const property of properties) {
    const value = Number(firstOf(property, 'PREF') || Number.NaN);
    if (value < (best.get(property.name) ?? 101)) best.set(property.name, value);
  }
  return best;
}

/** TYPE=pref for the best; numbers that it cannot say stay beside it. */
function preferenceToThree(property: CardProperty, best: ReadonlyMap<string, number>): CardProperty {
  const value = Number(firstOf(property, 'PREF') || Number.NaN);
  if (Number.isNaN(value)) return property;
  const typed =
    value === best.get(property.name)
      ? withValues(property, 'TYPE', [...typesOf(property), 'pref'])
      : property;
  return value === 1 ? without(typed, 'PREF') : typed;
}

function dateToThree(property: CardProperty): CardProperty {
  if (firstOf(property, 'VALUE') === 'text') return property;
  const short = withoutYear(property.value);
  const bare = without(property, 'VALUE');
  if (!short) return { ...bare, value: toExtended(property.value) };
  const value = `${omittedYear}-${short[0]}-${short[1]}`;
  return { ...withValues(bare, 'X-APPLE-OMIT-YEAR', [omittedYear]), value };
}

/** For clients that read X-ANNIVERSARY, and for Apple's, which read a labelled date. */
function anniversaryToThree(property: CardProperty, { fresh }: Context): readonly CardProperty[] {
  const own = renamed(dateToThree(property), 'X-ANNIVERSARY');
  if (firstOf(property, 'VALUE') === 'text') return [own];
  const group = fresh();
  return [
    own,
    { ...renamed(own, 'X-ABDATE'), group },
    made('X-ABLabel', appleLabel('Anniversary'), {}, group),
  ];
}

function kindToThree(property: CardProperty, { names }: Context): readonly CardProperty[] {
  const kind = property.value.trim().toLowerCase();
  if (kind === 'group') return [renamed(property, 'X-ADDRESSBOOKSERVER-KIND')];
  if (kind !== 'org') return [property];
  return names.has('X-ABSHOWAS') ? [property] : [{ ...renamed(property, 'X-ABShowAs'), value: 'COMPANY' }];
}

/** A name is what Apple's clients show; an address stays as it is. */
function relationToThree(property: CardProperty, { labels, fresh }: Context): readonly CardProperty[] {
  if (firstOf(property, 'VALUE') !== 'text') return [property];
  const own = without(renamed(property, 'X-ABRELATEDNAMES'), 'VALUE');
  if (labels.has(property.group.toLowerCase())) return [own];
  const type = typesOf(property).find((word) => relations.some(([, known]) => known === word.toLowerCase()));
  const label = relations.find(([, known]) => known === type?.toLowerCase());
  if (!label) return [own];
  const group = property.group || fresh();
  return [{ ...own, group }, made('X-ABLabel', appleLabel(label[0]), {}, group)];
}

function profileToThree(property: CardProperty): CardProperty {
  const named = renamedParameter(renamed(property, 'X-SOCIALPROFILE'), 'USERNAME', 'X-USER');
  const [service] = valuesOf(named, 'SERVICE-TYPE');
  if (service === undefined) return named;
  return withValues(without(named, 'SERVICE-TYPE'), 'TYPE', [service.toLowerCase(), ...typesOf(named)]);
}

function messengerToThree(property: CardProperty, { olderAddresses }: Context): readonly CardProperty[] {
  const own = renamedParameter(property, 'SERVICE-TYPE', 'X-SERVICE-TYPE');
  for (const [name, scheme] of messengers) {
    const address = decodeComponent(property.value, scheme);
    if (address === null) continue;
    if (olderAddresses.has(`${scheme} ${address}`)) return [own];
    const value = escapeText(address);
    return [
      own,
      { ...without(renamed(property, name), 'SERVICE-TYPE', 'X-SERVICE-TYPE', 'VALUE'), group: '', value },
    ];
  }
  return [own];
}

/** RFC 3966: the digits, and an extension in words. */
function telephoneToThree(property: CardProperty): CardProperty {
  if (!/^tel:/i.test(property.value)) return property;
  const [number = '', ...rest] = property.value.slice(4).split(/\\?;/);
  const extension = rest.find((part) => /^ext=/i.test(part))?.slice(4);
  return { ...without(property, 'VALUE'), value: extension ? `${number} ext. ${extension}` : number };
}

function geoToThree(property: CardProperty): CardProperty {
  const found = /^\s*geo:([+-]?\d+(?:\.\d*)?)\\?,([+-]?\d+(?:\.\d*)?)(?:[;\\,].*)?$/i.exec(property.value);
  return found ? { ...without(property, 'VALUE'), value: `${found[1]};${found[2]}` } : property;
}

function zoneToThree(property: CardProperty): CardProperty {
  const kind = firstOf(property, 'VALUE');
  if (kind === 'utc-offset') {
    const value = property.value.trim().replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
    return { ...without(property, 'VALUE'), value };
  }
  return kind === 'uri' ? property : withValues(property, 'VALUE', ['text']);
}

function nameToThree(property: CardProperty): readonly CardProperty[] {
  const sort = valuesOf(property, 'SORT-AS');
  const [first] = sort;
  if (first === undefined || first === '') return [property];
  const string = made('SORT-STRING', escapeText(first));
  return sort.length === 1 ? [without(property, 'SORT-AS'), string] : [property, string];
}

function addressToThree(property: CardProperty): readonly CardProperty[] {
  const [label] = valuesOf(property, 'LABEL');
  if (label === undefined) return [property];
  const bare = without(property, 'LABEL');
  const types = typesOf(property);
  const own = made('LABEL', escapeText(label), types.length > 0 ? { TYPE: types } : {}, property.group);
  return /^;*$/.test(property.value) ? [own] : [bare, own];
}

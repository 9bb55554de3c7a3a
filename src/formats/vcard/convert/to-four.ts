import { escapeText, unescapeText } from '../../content-lines/index.ts';
import { componentsOf } from '../text.ts';
import type { CardProperty } from '../types.ts';
import { addressUri } from './addresses.ts';
import { type Context, contextOf } from './context.ts';
import { omittedYear, toBasic } from './dates.ts';
import { isMedia, mediaToFour } from './media.ts';
import {
  firstOf,
  made,
  renamed,
  renamedParameter,
  typesOf,
  valuesOf,
  without,
  withoutTypes,
  withValues,
} from './shape.ts';
import { appleLabel, genders, messengers, relations } from './tables.ts';

type Rule = (property: CardProperty, context: Context) => readonly CardProperty[];

const rules = new Map<string, Rule>([
  ['BDAY', (property) => [dateToFour(property)]],
  ['PROFILE', () => []],
  ['REV', (property) => [{ ...without(property, 'VALUE'), value: toBasic(property.value) }]],
  ['X-ANNIVERSARY', (property) => [renamed(dateToFour(property), 'ANNIVERSARY')]],
  [
    'X-EVOLUTION-ANNIVERSARY',
    (property, context) =>
      saysAnniversary(context) ? [property] : [property, renamed(dateToFour(property), 'ANNIVERSARY')],
  ],
  ['X-ABDATE', anniversaryToFour],
  ['X-ABLABEL', labelOfDateToFour],
  ['X-ABRELATEDNAMES', (property, context) => [relationToFour(property, context)]],
  [
    'X-ADDRESSBOOKSERVER-KIND',
    (property) => [{ ...renamed(property, 'KIND'), value: property.value.trim().toLowerCase() }],
  ],
  ['X-ADDRESSBOOKSERVER-MEMBER', (property) => [renamed(property, 'MEMBER')]],
  ['X-ABSHOWAS', showAsToFour],
  ['X-GENDER', genderToFour],
  ['X-SOCIALPROFILE', (property) => [profileToFour(property)]],
  ['IMPP', (property) => [renamedParameter(property, 'X-SERVICE-TYPE', 'SERVICE-TYPE')]],
  ['EMAIL', (property) => [withoutTypes(property, (type) => type === 'internet')]],
  [
    'TEL',
    (property) => [firstOf(property, 'VALUE') === 'phone-number' ? without(property, 'VALUE') : property],
  ],
  [
    'UID',
    (property) => [
      /^[a-z][a-z0-9+.-]*:/i.test(property.value) ? property : withValues(property, 'VALUE', ['text']),
    ],
  ],
  ['GEO', (property) => [geoToFour(property)]],
  ['TZ', (property) => [zoneToFour(property)]],
  ['N', (property, context) => [nameToFour(property, context)]],
  ['SORT-STRING', (property, { name }) => (name ? [] : [property])],
  ['ADR', (property, context) => [addressToFour(property, context)]],
  ['LABEL', labelToFour],
]);

for (const [name, scheme] of messengers) {
  rules.set(name, (property, context) => messengerToFour(property, context, scheme));
}

/** Properties of version 3.0 -> of 4.0. */
export function toFour(properties: readonly CardProperty[]): CardProperty[] {
  const context = contextOf(properties);
  const out: CardProperty[] = [];
  for (const property of properties) {
    const rule = rules.get(property.name);
    const media = isMedia(property.name) ? [mediaToFour(property)] : null;
    for (const next of media ?? rule?.(property, context) ?? [property]) out.push(common(next));
  }
  if (!out.some(({ name }) => name === 'FN')) out.unshift(made('FN', escapeText(nameOf(out))));
  return out;
}

/** What holds of every property: no CHARSET, and PREF in place of TYPE=pref. */
function common(property: CardProperty): CardProperty {
  const plain = without(property, 'CHARSET');
  if (!typesOf(plain).some((type) => type.toLowerCase() === 'pref')) return plain;
  const bare = withoutTypes(plain, (type) => type === 'pref');
  return valuesOf(bare, 'PREF').length > 0 ? bare : withValues(bare, 'PREF', ['1']);
}

function nameOf(properties: readonly CardProperty[]): string {
  const value = (name: string) => properties.find((property) => property.name === name)?.value ?? '';
  const [family = [], given = [], more = []] = componentsOf(value('N'));
  const full = [...given, ...more, ...family].filter((part) => part !== '').join(' ');
  const [org = ''] = componentsOf(value('ORG'))[0] ?? [];
  return full || org || unescapeText(value('NICKNAME') || value('EMAIL') || value('TEL')) || 'Unknown';
}

function dateToFour(property: CardProperty): CardProperty {
  const kind = firstOf(property, 'VALUE');
  if (kind === 'text') return property;
  const omitted = valuesOf(property, 'X-APPLE-OMIT-YEAR')[0];
  const bare = without(property, 'VALUE', 'X-APPLE-OMIT-YEAR');
  const value = toBasic(property.value);
  const year = omitted ?? (value.startsWith(omittedYear) ? omittedYear : '-');
  return { ...bare, value: /^\d{8}/.test(value) && value.startsWith(year) ? `--${value.slice(4)}` : value };
}

const saysAnniversary = ({ names }: Context) => names.has('X-ANNIVERSARY') || names.has('ANNIVERSARY');

const labelIn = ({ group }: CardProperty, { labels }: Context) => labels.get(group.toLowerCase());

const anniversary = appleLabel('Anniversary').toLowerCase();

/** Apple's date with the label of an anniversary; where another property says it, that one is enough. */
function anniversaryToFour(property: CardProperty, context: Context): readonly CardProperty[] {
  if (labelIn(property, context) !== anniversary) return [property];
  if (saysAnniversary(context)) return [];
  const date = renamed({ ...dateToFour(property), group: '' }, 'ANNIVERSARY');
  return [withoutTypes(date, (type) => type === 'pref')];
}

function labelOfDateToFour(property: CardProperty, { dated }: Context): readonly CardProperty[] {
  const ofDate =
    property.value.trim().toLowerCase() === anniversary && dated.has(property.group.toLowerCase());
  return ofDate ? [] : [property];
}

function showAsToFour(property: CardProperty, { names }: Context): readonly CardProperty[] {
  const known = names.has('KIND') || names.has('X-ADDRESSBOOKSERVER-KIND');
  if (known || property.value.trim().toLowerCase() !== 'company') return [property];
  return [{ ...renamed(property, 'KIND'), value: 'org' }];
}

function genderToFour(property: CardProperty, { names }: Context): readonly CardProperty[] {
  const gender = genders.get(property.value.trim().toLowerCase());
  return gender === undefined || names.has('GENDER') ? [property] : [property, made('GENDER', gender)];
}

function relationToFour(property: CardProperty, context: Context): CardProperty {
  const related = withValues(renamed(property, 'RELATED'), 'VALUE', ['text']);
  if (typesOf(property).some((type) => type.toLowerCase() !== 'pref')) return related;
  const said = labelIn(property, context);
  const type = relations.find(([label]) => appleLabel(label).toLowerCase() === said);
  return type ? withValues(related, 'TYPE', [type[1], ...typesOf(property)]) : related;
}

function profileToFour(property: CardProperty): CardProperty {
  const service = typesOf(property).find((type) => !/^(?:home|work|pref)$/i.test(type));
  const bare = renamed(
    withoutTypes(property, (type) => type === service?.toLowerCase()),
    'SOCIALPROFILE',
  );
  const named = renamedParameter(bare, 'X-USER', 'USERNAME');
  return service === undefined ? named : withValues(named, 'SERVICE-TYPE', [service]);
}

/** RFC 6350 §6.5.2: a `geo:` URI. */
function geoToFour(property: CardProperty): CardProperty {
  const found = /^\s*([+-]?\d+(?:\.\d*)?)\s*\\?[;,]\s*([+-]?\d+(?:\.\d*)?)\s*$/.exec(property.value);
  return found ? { ...without(property, 'VALUE'), value: `geo:${found[1]},${found[2]}` } : property;
}

/** An offset is what version 3.0 means, a text what 4.0 does. */
function zoneToFour(property: CardProperty): CardProperty {
  if (firstOf(property, 'VALUE') === 'text') return without(property, 'VALUE');
  const found = /^\s*([+-]\d{2}):?(\d{2})\s*$/.exec(property.value);
  if (!found) return property;
  return { ...withValues(property, 'VALUE', ['utc-offset']), value: `${found[1]}${found[2]}` };
}

function nameToFour(property: CardProperty, { sortString }: Context): CardProperty {
  if (!sortString || valuesOf(property, 'SORT-AS').length > 0) return property;
  return withValues(property, 'SORT-AS', [unescapeText(sortString.value)]);
}

/** RFC 6350 §6.3.1: the label stands in the address; in version 3.0 beside it. */
function addressToFour(property: CardProperty, { labelOf }: Context): CardProperty {
  const label = labelOf.get(property);
  return label && valuesOf(property, 'LABEL').length === 0
    ? withValues(property, 'LABEL', [unescapeText(label.value)])
    : property;
}

function labelToFour(property: CardProperty, { placed }: Context): readonly CardProperty[] {
  if (placed.has(property)) return [];
  const address = withValues(renamed(property, 'ADR'), 'LABEL', [unescapeText(property.value)]);
  return [{ ...address, value: ';;;;;;' }];
}

function messengerToFour(
  property: CardProperty,
  { addresses }: Context,
  scheme: string,
): readonly CardProperty[] {
  const address = unescapeText(property.value).trim();
  if (addresses.has(`${scheme} ${address}`)) return [];
  return [{ ...renamed(property, 'IMPP'), value: addressUri(scheme, address) }];
}

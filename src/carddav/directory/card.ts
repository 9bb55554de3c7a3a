import type { Member } from '../../accounts/index.ts';
import {
  type Card,
  type CardProperty,
  digestOf,
  escapeText,
  readKept,
  unescapeText,
  writeCard,
} from '../../formats/vcard/index.ts';
import type { NewItem } from '../../stores/collections/index.ts';

/** What a member lets the others see beside their name and address. */
export interface Shown {
  /** '' for none. */
  readonly phone: string;
  /** As it stands in their own card, version 3.0. */
  readonly photo: CardProperty | null;
}

const property = (name: string, value: string, type: readonly string[] = []): CardProperty => ({
  group: '',
  name,
  spelling: name,
  parameters: type.length > 0 ? [{ name: 'TYPE', values: type }] : [],
  value,
  line: 0,
});

/** The same for the same member, so that nothing is written where nothing is new. Version 3.0 is what every client reads. */
export function directoryCard(
  { id, name, address }: Pick<Member, 'id' | 'name' | 'address'>,
  { phone, photo }: Shown,
  domain: string,
): NewItem {
  const shown = escapeText(name === '' ? (address.split('@')[0] ?? address) : name);
  const uid = `member-${id}.${domain}`;
  const card: Card = {
    version: '3.0',
    uid,
    properties: [
      property('UID', uid),
      property('FN', shown),
      property('N', `${shown};;;;`),
      property('EMAIL', address, ['INTERNET']),
      ...(phone === '' ? [] : [property('TEL', escapeText(phone), ['VOICE'])]),
      ...(photo ? [photo] : []),
    ],
  };
  const bytes = Buffer.from(writeCard(card));
  return {
    bytes,
    uid,
    component: 'VCARD',
    firstMs: null,
    lastMs: null,
    digest: digestOf(card),
    scheduleTag: 'none',
  };
}

/** What a card of the directory shows beside name and address. */
export function shownIn(bytes: Buffer): Shown {
  const { properties } = readKept(bytes);
  const phone = properties.find(({ name }) => name === 'TEL');
  return {
    phone: phone ? unescapeText(phone.value) : '',
    photo: properties.find(({ name }) => name === 'PHOTO') ?? null,
  };
}

import { createHash } from 'node:crypto';
import type { Card, CardProperty, CardVersion } from '../../formats/vcard/index.ts';
import { avatarBytesMax } from './limits.ts';

/** A picture that stands in a card by itself. */
export interface Photo {
  /** Of media: `image/png`. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** XEP-0084 §3.1, XEP-0153 §3.1: by which a picture is known, lower-case hex. */
export const hashOf = ({ bytes }: Photo): string => createHash('sha1').update(bytes).digest('hex');

const isType = (text: string): boolean => /^image\/[a-z0-9.+-]{1,40}$/.test(text);

/** Null for what is no picture, or is larger than chat shows. */
export function photoIn(type: string, base64: string): Photo | null {
  const wanted = type.trim().toLowerCase();
  const text = base64.replace(/\s+/g, '');
  if (text === '' || text.length > (avatarBytesMax * 4) / 3 + 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    return null;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > avatarBytesMax) return null;
  return { type: isType(wanted) ? wanted : 'image/png', bytes };
}

/** Of version 3.0: `PHOTO;ENCODING=b;TYPE=PNG:…`; of 4.0: `PHOTO:data:image/png;base64,…`. Null for one that is elsewhere. */
export function photoOf({ name, parameters, value }: CardProperty): Photo | null {
  if (name !== 'PHOTO') return null;
  const said = (wanted: string) =>
    parameters.find((parameter) => parameter.name.toUpperCase() === wanted)?.values[0]?.toLowerCase() ?? '';
  const data = /^data:([^;,]*);base64,/i.exec(value);
  if (data !== null) return photoIn(data[1] ?? '', value.slice(data[0].length));
  const encoding = said('ENCODING');
  if (encoding !== 'b' && encoding !== 'base64') return null;
  const type = said('TYPE');
  return photoIn(type.includes('/') ? type : `image/${type === 'jpg' ? 'jpeg' : type}`, value);
}

export function photoProperty(
  { type, bytes }: Photo,
  version: CardVersion,
): Pick<CardProperty, 'parameters' | 'value'> {
  const text = bytes.toString('base64');
  if (version === '4.0') return { parameters: [], value: `data:${type};base64,${text}` };
  const parameters = [
    { name: 'ENCODING', values: ['b'] },
    { name: 'TYPE', values: [type.slice('image/'.length).toUpperCase()] },
  ];
  return { parameters, value: text };
}

/** The first that chat can show. */
export function photoOfCard(card: Card | null): Photo | null {
  for (const property of card?.properties ?? []) {
    const found = photoOf(property);
    if (found !== null) return found;
  }
  return null;
}

/** The card with that picture in place of the one that chat shows. */
export function withPhoto(card: Card, photo: Photo | null): Card {
  const properties = card.properties.filter((property) => photoOf(property) === null);
  if (photo === null) return { ...card, properties };
  const said = photoProperty(photo, card.version);
  return {
    ...card,
    properties: [...properties, { group: '', name: 'PHOTO', spelling: 'PHOTO', line: 0, ...said }],
  };
}

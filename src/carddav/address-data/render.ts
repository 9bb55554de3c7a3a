import { type Card, convert, readKept, writeCard } from '../../formats/vcard/index.ts';
import type { ServedVersion } from '../collections/media.ts';
import type { DataWish } from './wish.ts';

/** A card as a report is to answer it: as it is kept, where that is what was asked for. */
export function render(bytes: Buffer, kept: ServedVersion, { version, pick }: DataWish): string {
  if (kept === version && pick === null) return bytes.toString('utf8').replace(/^\ufeff/, '');
  const card = convert(readKept(bytes), version);
  return writeCard(pick === null ? card : picked(card, pick));
}

/** RFC 6352 §10.4.2. Without its UID and names a card could not be used, but it is what was asked for. */
function picked(card: Card, pick: NonNullable<DataWish['pick']>): Card {
  const properties = card.properties.flatMap((property) => {
    const { name, group } = property;
    const found = pick.get(name) ?? pick.get(`${group.toUpperCase()}.${name}`);
    if (found === undefined) return [];
    return found.novalue ? [{ ...property, value: '' }] : [property];
  });
  return { ...card, properties };
}

import { createReadStream } from 'node:fs';
import { cardItem } from '../../carddav/index.ts';
import {
  CardError,
  convert,
  propertiesPerCardMax,
  readCard,
  splitCards,
  withUid,
  writeCard,
} from '../../formats/vcard/index.ts';
import type { CollectionRow, CollectionsWriter, NewItem } from '../../stores/collections/index.ts';
import type { Session } from '../admin/index.ts';
import { type ImportedItems, ItemIntake, itemName, uidFor } from './item-intake.ts';

/** A .vcf file of any size into an address book, cards of version 2.1 as 3.0. What is there by its UID is passed over. */
export async function importCards(
  store: CollectionsWriter,
  collection: CollectionRow,
  file: string,
  { cardBytesMax }: { readonly cardBytesMax: number },
  session: Session,
): Promise<ImportedItems> {
  const intake = new ItemIntake(store, collection, file, session);
  for await (const piece of splitCards(createReadStream(file), cardBytesMax)) {
    if ('refused' in piece) {
      intake.refuse(piece.line, piece.refused);
      continue;
    }
    try {
      const item = itemOf(piece.bytes, cardBytesMax);
      await intake.take(piece.line, itemName(item.uid, '.vcf'), item);
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      // Its lines are those of the card.
      intake.refuse(piece.line + Math.max(0, (error.at ?? 1) - 1), error.message);
    }
  }
  await intake.flush();
  return intake.result;
}

function itemOf(bytes: Buffer, bytesMax: number): NewItem {
  const limits = { bytesMax, propertiesMax: propertiesPerCardMax };
  const card = readCard(bytes, limits);
  if (card.version !== '2.1' && card.uid !== '') return cardItem(card, bytes);
  // Kept are cards that every client reads, each with its UID (RFC 6352 §5.1).
  const newer = convert(card, card.version === '4.0' ? '4.0' : '3.0');
  const named = newer.uid === '' ? withUid(newer, uidFor(writeCard(newer))) : newer;
  const written = Buffer.from(writeCard(named));
  return cardItem(readCard(written, limits), written);
}

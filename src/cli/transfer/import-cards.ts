import { createReadStream } from 'node:fs';
import {
  type Card,
  CardError,
  convert,
  digestOf,
  propertiesPerCardMax,
  readCard,
  splitCards,
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
  if (card.version !== '2.1' && card.uid !== '') return newItem(card, bytes);
  // Kept are cards that every client reads, each with its UID (RFC 6352 §5.1).
  const written = Buffer.from(writeCard(withUid(convert(card, card.version === '4.0' ? '4.0' : '3.0'))));
  return newItem(readCard(written, limits), written);
}

function withUid(card: Card): Card {
  if (card.uid !== '') return card;
  const uid = uidFor(writeCard(card));
  const property = { group: '', name: 'UID', spelling: 'UID', parameters: [], value: uid, line: 0 };
  return { ...card, uid, properties: [...card.properties.filter(({ name }) => name !== 'UID'), property] };
}

const newItem = (card: Card, bytes: Buffer): NewItem => ({
  bytes,
  uid: card.uid,
  component: 'VCARD',
  firstMs: null,
  lastMs: null,
  digest: digestOf(card),
  scheduleTag: 'none',
});

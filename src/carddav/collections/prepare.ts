import { randomUuid } from '../../base/index.ts';
import {
  type Card,
  CardError,
  type CardFault,
  digestOf,
  propertiesPerCardMax,
  readCard,
  withUid,
} from '../../formats/vcard/index.ts';
import type { NewItem } from '../../stores/collections/index.ts';
import type { Arriving, Prepared } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import type { CardSettings } from '../house.ts';
import { demandCardType } from './media.ts';

/** RFC 6352 §6.3.2.1 */
const conditionOf = {
  'too-large': 'max-resource-size',
  characters: 'valid-address-data',
  syntax: 'valid-address-data',
  several: 'valid-address-data',
  limit: 'valid-address-data',
  version: 'supported-address-data',
} as const satisfies Record<CardFault, string>;

/** Octets of a UID that is kept. */
const uidBytesMax = 1_000;

/** A card that arrives: what is kept are its bytes as they came, but for a UID where it has none. */
export function preparedCard(arriving: Arriving, settings: CardSettings): Prepared {
  demandCardType(arriving.type);
  const card = readOrRefuse(arriving.bytes, settings);
  if (card.version === '2.1') throw refusal('supported-address-data', 'versions 3.0 and 4.0 are taken');
  if (Buffer.byteLength(card.uid) > uidBytesMax) {
    throw refusal('valid-address-data', `a UID has at most ${uidBytesMax} octets`);
  }
  if (card.uid === '') return namedHere(arriving, card);
  return { item: cardItem(card, arriving.bytes), verbatim: true };
}

function readOrRefuse(bytes: Buffer, { cardBytesMax }: CardSettings): Card {
  try {
    return readCard(bytes, { bytesMax: cardBytesMax, propertiesMax: propertiesPerCardMax });
  } catch (error) {
    if (error instanceof CardError) throw refusal(conditionOf[error.fault], error.message);
    throw error;
  }
}

/** What is kept of a card: its bytes, and what is asked of it without them. */
export function cardItem(card: Card, bytes: Buffer): NewItem {
  return {
    bytes,
    uid: card.uid,
    component: 'VCARD',
    firstMs: null,
    lastMs: null,
    digest: digestOf(card),
    scheduleTag: 'none',
  };
}

/** RFC 6352 §5.1: a card has a UID. Whose client gave none gets one, and no ETag, so that the client reads it. */
function namedHere({ bytes, existing }: Arriving, card: Card): Prepared {
  const uid = existing?.uid ?? randomUuid();
  const text = bytes.toString('latin1');
  const end = Math.max(...[...text.matchAll(/end:/gi)].map(({ index }) => index));
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const line = Buffer.from(`UID:${uid}${lineEnd}`);
  const whole = Buffer.concat([bytes.subarray(0, end), line, bytes.subarray(end)]);
  return { item: cardItem(withUid(card, uid), whole), verbatim: false };
}

import { FormatError, randomUuid } from '../../base/index.ts';
import { type Card, readKept, writeCard } from '../../formats/vcard/index.ts';
import { StanzaError } from '../errors.ts';
import type { Home } from '../routing/home.ts';
import { hashOf, photoOfCard } from './photo.ts';
import { emptyCard } from './temp.ts';

/** The card that each member says is their own, among those of their address books. */
export interface OwnCards {
  /** As it is kept; null where there is none. */
  read(account: number): Promise<Buffer | null>;
  /**
   * Keeps what `change` makes of it, which is asked again where somebody else wrote meanwhile; where there is none it is made.
   * Throws StoreError.
   */
  write(account: number, change: (before: Buffer | null) => string): Promise<void>;
}

/** Null where there is none, or none that can be read. */
export async function ownCard({ chat, account }: Home): Promise<Card | null> {
  const bytes = (await chat.cards?.read(account)) ?? null;
  return bytes === null ? null : cardIn(bytes);
}

function cardIn(bytes: Buffer): Card | null {
  try {
    return readKept(bytes);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Durable when it resolves. Throws StoreError, and StanzaError where there is nowhere to keep it. */
export async function changeCard(home: Home, change: (before: Card) => Card): Promise<void> {
  const { cards } = home.chat;
  if (cards === null) throw new StanzaError('service-unavailable');
  await changeCardOf(cards, home.account, change);
  hashes.delete(home);
}

/** The same, for who is not there. Throws StoreError. */
export async function changeCardOf(
  cards: OwnCards,
  account: number,
  change: (before: Card) => Card,
): Promise<void> {
  await cards.write(account, (before) => {
    const card = before === null ? null : cardIn(before);
    return writeCard(change(card ?? emptyCard(randomUuid())));
  });
}

type Hash = string | null;
const hashes = new WeakMap<Home, { found: Hash | Promise<Hash> }>();

/** XEP-0153: of the picture that others see; '' where a card has none, null where there is no card. */
export function avatarHash(home: Home): Hash | Promise<Hash> {
  const known = hashes.get(home);
  if (known !== undefined) return known.found;
  const entry = { found: findHash(home) as Hash | Promise<Hash> };
  hashes.set(home, entry);
  return settled(home, entry);
}

/** What was forgotten meanwhile is not remembered. */
async function settled(home: Home, entry: { found: Hash | Promise<Hash> }): Promise<Hash> {
  try {
    entry.found = await entry.found;
    return entry.found;
  } catch (error) {
    if (hashes.get(home) === entry) hashes.delete(home);
    throw error;
  }
}

async function findHash(home: Home): Promise<Hash> {
  const card = await ownCard(home);
  if (card === null) return null;
  const photo = photoOfCard(card);
  return photo === null ? '' : hashOf(photo);
}

/** Whether the card has another picture than it was known to have, now that it is read again; not where none was known. */
export async function hasOtherPicture(home: Home): Promise<boolean> {
  const before = hashes.get(home)?.found;
  hashes.delete(home);
  const now = await avatarHash(home);
  return before !== undefined && (await before) !== now;
}

/** It is read again from the card. */
export function forgetAvatarHash(home: Home): void {
  hashes.delete(home);
}

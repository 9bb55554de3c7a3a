import { randomUuid, StoreError } from '../base/index.ts';
import { readCard } from '../formats/vcard/index.ts';
import type { CollectionRow, CollectionsWriter } from '../stores/collections/index.ts';
import { cardItem } from './collections/prepare.ts';
import { findMeCard } from './me-card.ts';

const retriesMax = 3;

/** The card that each member says is their own, for those who know nothing of address books. */
export interface OwnCards {
  /** As it is kept; null where there is none. */
  read(account: number): Promise<Buffer | null>;
  /** Keeps what `change` makes of it, which is asked again where somebody else wrote meanwhile. Throws StoreError. */
  write(account: number, change: (before: Buffer | null) => string): Promise<void>;
}

/** The card that a member's address book says is their own (me-card), for chat. Who has none gets one when chat keeps something. */
export function ownCards(collections: CollectionsWriter): OwnCards {
  return {
    async read(account) {
      const found = await findMeCard(collections, account);
      return found && collections.bytes(account, found.item.id);
    },
    async write(account, change) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await writeOnce(collections, account, change);
        } catch (error) {
          const isLate = error instanceof StoreError && error.reason === 'conflict';
          if (!isLate || attempt === retriesMax) throw error;
        }
      }
    },
  };
}

async function writeOnce(
  collections: CollectionsWriter,
  account: number,
  change: (before: Buffer | null) => string,
): Promise<void> {
  const found = await findMeCard(collections, account);
  const before = found && (await collections.bytes(account, found.item.id));
  const bytes = Buffer.from(change(before));
  const item = cardItem(readCard(bytes), bytes);
  const book = found?.book ?? (await firstBook(collections, account));
  const name = found?.item.name ?? `${randomUuid()}.vcf`;
  const expected = { hash: found?.item.hash ?? null };
  await collections.put(account, book.id, name, item, { expected });
  if (found === null) await collections.changeCollection(account, book.id, { details: { meCard: name } });
}

/** The one that a client finds when it comes for the first time. */
async function firstBook(collections: CollectionsWriter, account: number): Promise<CollectionRow> {
  const [book] = await collections.collections(account, 'contacts');
  if (book !== undefined) return book;
  const details = { displayName: 'Personal' };
  return collections.makeCollection(account, {
    home: 'contacts',
    kind: 'addressbook',
    name: 'personal',
    details,
  });
}

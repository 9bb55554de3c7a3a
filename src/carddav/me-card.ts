import type {
  CollectionRow,
  CollectionsReader,
  CollectionsWriter,
  ItemRow,
} from '../stores/collections/index.ts';
import { DavError, type PropertyChanges, type Scene, type Visit } from '../webdav/index.ts';
import { calendarServer } from './names.ts';

/** By which PropertyChanges name it. */
export const meCardKey = 'me-card';
const meCardName = { namespace: calendarServer, name: 'me-card' };

/** The card that a member says is their own; null where they said none, or it is gone. */
export async function findMeCard(
  collections: CollectionsReader,
  member: number,
): Promise<{ readonly book: CollectionRow; readonly item: ItemRow } | null> {
  for (const book of await collections.collections(member, 'contacts')) {
    const name = book.details.meCard;
    const item = name === undefined ? null : await collections.item(member, book.id, name);
    if (item) return { book, item };
  }
  return null;
}

/** What a client sets on a home: which card is its owner's own. Null: none is. */
export async function setMeCard({ house, account, visit }: Scene, changes: PropertyChanges): Promise<void> {
  const href = changes.live.get(meCardKey);
  const [book, name] = typeof href === 'string' ? cardAt(visit, href) : [null, null];
  const books = await house.collections.collections(account, 'contacts');
  const wanted = book === null ? null : books.find((each) => each.name === book);
  if (wanted === undefined || (wanted && name && !(await house.collections.item(account, wanted.id, name)))) {
    throw new DavError(409, 'there is no such card', { property: meCardName });
  }
  for (const each of books) {
    const meCard = each === wanted && name ? name : undefined;
    if (each.details.meCard === meCard) continue;
    await setIn(house.collections, each, meCard);
  }
}

async function setIn(collections: CollectionsWriter, book: CollectionRow, meCard: string | undefined) {
  await collections.changeCollection(book.account, book.id, { details: { meCard } });
}

/** A card of the visitor's own, by its URL or its path. DavError 409 for anything else. */
function cardAt({ base, visitor }: Visit, href: string): readonly [book: string, name: string] {
  const handle = visitor.kind === 'member' ? visitor.handle : '';
  try {
    const { pathname } = new URL(href.trim(), 'http://localhost');
    const [space, owner, book, name, ...more] = pathname
      .slice(`${base}/`.length)
      .split('/')
      .map((segment) => decodeURIComponent(segment).normalize('NFC'));
    const ours = pathname.startsWith(`${base}/`) && space === 'contacts' && owner === handle;
    if (ours && book && name && more.length === 0) return [book, name];
  } catch {
    // no URL at all
  }
  throw new DavError(409, 'a me-card is a card in an address book of one’s own', { property: meCardName });
}

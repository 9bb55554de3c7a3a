import { type Accounts, type Member, publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import { type CardProperty, convert, readKept } from '../../formats/vcard/index.ts';
import type { CollectionRow, CollectionsWriter, ItemRow } from '../../stores/collections/index.ts';
import { directoryPhotoBytesMax, phoneCharactersMax } from '../limits.ts';
import { findMeCard } from '../me-card.ts';
import { directoryName } from '../names.ts';
import { directoryCard, type Shown, shownIn } from './card.ts';

export interface DirectoryParts {
  readonly collections: CollectionsWriter;
  readonly accounts: Pick<Accounts, 'member'>;
  /** Of the co-op; stands in UIDs. */
  readonly domain: string;
  /** Calls when some member changed; what is kept is compared before the next answer. Absent: it is compared each time. */
  readonly watch?: (changed: () => void) => void;
}

/** What a member consents to; name and address are always shown. */
export interface Consent {
  /** '' for none. */
  readonly phone: string;
  /** That of their own card. */
  readonly photo: boolean;
}

/** The members who let the others of the co-op find them: an address book of the co-op's own, which nobody writes to. */
export interface Directory {
  /** StoreError 'invalid' (a telephone number that is none), 'not-found' (no photo to show). */
  show(member: Pick<Member, 'id' | 'name' | 'address' | 'disabled'>, consent: Consent): Promise<void>;
  hide(member: number): Promise<void>;
  /** Null: they are not in it. */
  consentOf(member: number): Promise<Consent | null>;
  /** As the members are now; null where nobody is in it. */
  book(): Promise<CollectionRow | null>;
  /** The name of a member's card in it; null where there is none. */
  cardOf(member: number): Promise<string | null>;
}

const nameOf = (member: number) => `member-${member}.vcf`;
const memberIn = (name: string) => Number(/^member-([1-9]\d{0,15})\.vcf$/.exec(name)?.[1] ?? 0);

/**
 * A member's card in the book is their consent: it goes when they take it back, are disabled or erased, and follows their
 * name and address.
 */
export function createDirectory(parts: DirectoryParts): Directory {
  return new KeptDirectory(parts);
}

class KeptDirectory implements Directory {
  readonly #parts: DirectoryParts;
  #stale = true;
  #running: Promise<unknown> = Promise.resolve();
  /** Cards that were found to say what their members are: by member, the card's hash, name and address. */
  readonly #followed = new Map<number, string>();

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    parts.watch?.(() => {
      this.#stale = true;
    });
  }

  show(member: Parameters<Directory['show']>[0], consent: Consent): Promise<void> {
    return this.#inTurn(async () => {
      if (member.disabled) throw new StoreError('disabled', 'who is disabled is not shown');
      const phone = readPhone(consent.phone);
      const photo = consent.photo ? await this.#photoOf(member.id) : null;
      await this.#put(await this.#made(), member, { phone, photo });
    });
  }

  hide(member: number): Promise<void> {
    return this.#inTurn(async () => {
      const book = await this.#found();
      if (book) await this.#remove(book, nameOf(member));
    });
  }

  async consentOf(member: number): Promise<Consent | null> {
    const book = await this.#found();
    const row = book && (await this.#parts.collections.item(book.account, book.id, nameOf(member)));
    const shown = book && row && (await this.#shownOf(book, row));
    return shown ? { phone: shown.phone, photo: shown.photo !== null } : null;
  }

  async book(): Promise<CollectionRow | null> {
    await this.#inTurn(() => this.#compare());
    const row = await this.#found();
    return row && row.items > 0 ? row : null;
  }

  async cardOf(member: number): Promise<string | null> {
    const book = await this.book();
    const row = book && (await this.#parts.collections.item(book.account, book.id, nameOf(member)));
    return row?.name ?? null;
  }

  /** One after the other: what is compared and what is shown or hidden meanwhile. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#running.then(work, work);
    this.#running = next.catch(() => undefined);
    return next;
  }

  #found(): Promise<CollectionRow | null> {
    return this.#parts.collections.collection(publicAccount, 'contacts', directoryName);
  }

  async #made(): Promise<CollectionRow> {
    const row = await this.#found();
    if (row) return row;
    try {
      const details = { displayName: 'Directory', description: 'Members of the co-op' };
      const wish = { home: 'contacts', kind: 'addressbook', name: directoryName, details } as const;
      return await this.#parts.collections.makeCollection(publicAccount, wish);
    } catch (error) {
      const now = await this.#found();
      if (now && error instanceof StoreError && error.reason === 'exists') return now;
      throw error;
    }
  }

  /** Every card after what its member is now. What changes meanwhile is compared again. */
  async #compare(): Promise<void> {
    if (!this.#stale) return;
    this.#stale = this.#parts.watch === undefined;
    try {
      const book = await this.#found();
      if (!book) return;
      for await (const page of this.#parts.collections.items(book.account, book.id)) {
        for (const row of page) await this.#follow(book, row);
      }
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  async #follow(book: CollectionRow, row: ItemRow): Promise<void> {
    const member = await this.#parts.accounts.member(memberIn(row.name));
    if (member === null || member.disabled) {
      this.#followed.delete(memberIn(row.name));
      return this.#remove(book, row.name);
    }
    const follows = JSON.stringify([row.hash, member.name, member.address]);
    if (this.#followed.get(member.id) === follows) return;
    const shown = await this.#shownOf(book, row);
    if (shown) await this.#put(book, member, shown);
    if (this.#parts.watch !== undefined) this.#followed.set(member.id, follows);
  }

  async #put(
    book: CollectionRow,
    member: Pick<Member, 'id' | 'name' | 'address'>,
    shown: Shown,
  ): Promise<void> {
    const { collections, domain } = this.#parts;
    await collections.put(book.account, book.id, nameOf(member.id), directoryCard(member, shown, domain));
  }

  async #remove(book: CollectionRow, name: string): Promise<void> {
    try {
      await this.#parts.collections.remove(book.account, book.id, name);
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'not-found') throw error;
    }
  }

  async #shownOf(book: CollectionRow, { id }: Pick<ItemRow, 'id'>): Promise<Shown | null> {
    const bytes = await this.#parts.collections.bytes(book.account, id);
    return bytes && shownIn(bytes);
  }

  async #photoOf(member: number): Promise<CardProperty> {
    const { collections } = this.#parts;
    const own = await findMeCard(collections, member);
    const bytes = own && (await collections.bytes(member, own.item.id));
    const card = bytes && convert(readKept(bytes), '3.0');
    const photo = card?.properties.find(({ name }) => name === 'PHOTO');
    if (!photo) throw new StoreError('not-found', 'there is no own card with a photo');
    if (photo.value.length <= directoryPhotoBytesMax) return { ...photo, group: '' };
    throw new StoreError(
      'too-large',
      `a photo in the directory has at most ${directoryPhotoBytesMax} octets`,
    );
  }
}

function readPhone(text: string): string {
  const phone = text.trim();
  if (phone === '') return '';
  if (phone.length > phoneCharactersMax || !/^\+?[\d ()./-]*\d[\d ()./-]*$/.test(phone)) {
    throw new StoreError('invalid', 'a telephone number has digits, spaces and + ( ) . / - alone');
  }
  return phone;
}

import type { Accounts, Member } from '../../accounts/index.ts';
import type {
  CollectionChange,
  CollectionKind,
  CollectionRow,
  CollectionsWriter,
  Details,
  Home,
  ItemRow,
  NewAttachment,
  NewItem,
  PutOptions,
} from '../../stores/collections/index.ts';
import type { DavPrivilege, PropertyChanges, QName, Resource, Visit, WriteOptions, Xml } from '../types.ts';
import type { Right } from './rights.ts';
import type { Whole } from './whole.ts';

/** What the spaces of collections stand on. */
export interface CollectionsHouse {
  readonly collections: CollectionsWriter;
  readonly accounts: Pick<Accounts, 'byName' | 'member' | 'handleOf' | 'groupsOf' | 'ownedAmong'>;
}

/** One visitor in the collections of one account. */
export interface Scene {
  readonly house: CollectionsHouse;
  readonly flavor: Flavor;
  readonly visit: Visit;
  /** Whose collections they are. */
  readonly account: number;
  readonly right: Right;
  /** Their principal; null for the co-op. */
  readonly owner: readonly string[] | null;
}

/** Bytes that are to be kept under a name. */
export interface Arriving {
  readonly scene: Scene;
  readonly collection: CollectionRow;
  readonly name: string;
  readonly bytes: Buffer;
  /** As the client named it; null: it did not, or it is a copy of what was kept before. */
  readonly type: string | null;
  /** What stands there. The write happens only where it still does. */
  readonly existing: ItemRow | null;
  /** Attachments that come with it. */
  readonly brought?: readonly NewAttachment[];
  readonly options: WriteOptions;
}

export interface Prepared {
  readonly item: NewItem;
  /** False where `item.bytes` are not those that came. */
  readonly verbatim: boolean;
  readonly options?: Pick<PutOptions, 'jobs' | 'uniqueInHome' | 'brought'> & {
    readonly scheduleTag?: string;
  };
}

/** An item that is about to go. */
export interface Leaving {
  readonly scene: Scene;
  readonly collection: CollectionRow;
  readonly item: ItemRow;
  readonly options: WriteOptions;
}

/** An item as somebody sees it who does not see its bytes as they are kept. */
export interface View {
  /** In place of the hash in the ETag; absent: it counts as the same. */
  readonly etag?: string;
  readonly type: string;
  make(bytes: Buffer): Buffer;
  /** It is not theirs to change. */
  readonly closed: boolean;
}

/** What a protocol makes of collections: CalDAV calendars, CardDAV address books. */
export interface Flavor {
  /** The first name in addresses, and of the space. */
  readonly home: Home;
  /** What is made here. */
  readonly kind: CollectionKind;
  /** What properties, methods and reports are declared on. */
  readonly kinds: { readonly home: string; readonly item: string };
  collectionKind(row: CollectionRow): string;
  /** DAV:resourcetype beside `collection`. */
  types(row: CollectionRow): readonly QName[];
  /** Octets of one item. */
  readonly itemBytesMax: number;
  readonly conditions: {
    readonly tooLarge: Xml;
    /** `href`: a DAV:href to what has that UID. */
    conflict(href: Xml, where: 'collection' | 'home'): Xml;
    /** Of a collection inside of a collection. Absent: that is just forbidden. */
    readonly location?: Xml;
  };
  /** What every member has from the beginning. */
  personal(member: Member): { readonly name: string; readonly details: Details };
  contentType(item: ItemRow): string;
  /** All of a collection at once; not of what is only news. */
  readonly whole: Whole;
  /** More for the header of what GET answers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** DavError with the precondition that does not hold. */
  prepare(arriving: Arriving): Promise<Prepared>;
  /** What follows from it. */
  removing?(leaving: Leaving): Promise<Pick<PutOptions, 'jobs'>>;
  /** Details of a collection that a client names by an address, looked up. DavError for one that cannot be. */
  patching?(
    scene: Scene,
    collection: CollectionRow,
    changes: PropertyChanges,
  ): Promise<NonNullable<CollectionChange['details']>>;
  /** DavError where a collection has to stay. */
  demandRemovable?(scene: Scene, collection: CollectionRow): Promise<void>;
  /** Of a whole collection. */
  removingAll?(scene: Scene, collection: CollectionRow): Promise<Pick<PutOptions, 'jobs'>>;
  /** Before an item goes into a collection without being read again. DavError. */
  accepts?(item: ItemRow, collection: CollectionRow): void;
  /** Null: as it is kept. Owners always see that, unless this says otherwise. */
  view?(item: ItemRow, scene: Scene): View | null;
  /** Over what rights say; undefined: as they say. */
  may?(row: CollectionRow, right: Right, privilege: DavPrivilege): boolean | undefined;
  /** DavError where a new collection cannot be so. */
  wanted(types: readonly QName[], details: Details): void;
  /** Which live properties are set on a home itself, by their keys. */
  setsAtHome?(key: string): boolean;
  /** What is set there; absent: nothing can be. */
  patchHome?(scene: Scene, changes: PropertyChanges): Promise<void>;
  /** What stands in a home beside its collections, with the home's own path. */
  besides?(scene: Scene, home: readonly string[]): Promise<readonly Resource[]>;
}

import { createHash } from 'node:crypto';
import type {
  CollectionRow,
  CollectionsWriter,
  Details,
  Home,
  NewItem,
} from '../../stores/collections/index.ts';
import type { Session } from '../admin/index.ts';
import { importBatchItemsMax, importItemsBatchBytesMax, importRefusedShownMax } from '../limits.ts';

export interface ImportedItems {
  readonly items: number;
  /** Already there by their UID, in whichever collection: an import that was interrupted is simply run again. */
  readonly known: number;
  /** The first of them, each by its line. */
  readonly refused: readonly { readonly place: string; readonly reason: string }[];
  readonly refusedCount: number;
}

/** Items of a file on their way into one collection, several in a transaction; counts what became of them. */
export class ItemIntake {
  readonly #store: CollectionsWriter;
  readonly #collection: CollectionRow;
  readonly #file: string;
  readonly #session: Session;
  readonly #refused: { place: string; reason: string }[] = [];
  #batch = new Map<string, { readonly name: string; readonly line: number; readonly item: NewItem }>();
  #batchBytes = 0;
  #items = 0;
  #known = 0;
  #refusedCount = 0;

  constructor(store: CollectionsWriter, collection: CollectionRow, file: string, session: Session) {
    this.#store = store;
    this.#collection = collection;
    this.#file = file;
    this.#session = session;
  }

  get result(): ImportedItems {
    const { length: shown } = this.#refused;
    return {
      items: this.#items,
      known: this.#known,
      refused: this.#refused.slice(0, shown),
      refusedCount: this.#refusedCount,
    };
  }

  refuse(line: number, reason: string): void {
    this.#refusedCount++;
    if (this.#refused.length >= importRefusedShownMax) return;
    // Messages that begin with their line say it by their place.
    this.#refused.push({ place: `${this.#file}:${line}`, reason: reason.replace(/^line \d+: /, '') });
  }

  async take(line: number, name: string, item: NewItem): Promise<void> {
    this.#session.signal.throwIfAborted();
    const full = this.#batchBytes + item.bytes.length > importItemsBatchBytesMax;
    if (full || this.#batch.size >= importBatchItemsMax || this.#batch.has(item.uid)) await this.flush();
    this.#batch.set(item.uid, { name, line, item });
    this.#batchBytes += item.bytes.length;
  }

  async flush(): Promise<void> {
    const { account, home, id } = this.#collection;
    const batch: { readonly name: string; readonly line: number; readonly item: NewItem }[] = [];
    for (const [uid, one] of this.#batch) {
      if ((await this.#store.byUid(account, home, uid)).length > 0) this.#known++;
      else batch.push(one);
    }
    this.#batch = new Map();
    this.#batchBytes = 0;
    if (batch.length === 0) return;
    const outcomes = await this.#store.putMany(account, id, batch);
    for (const [index, { line }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome && 'refused' in outcome) this.refuse(line, outcome.refused);
      else this.#items++;
    }
    this.#session.progress({ what: 'items imported', done: this.#items });
  }
}

const plain = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}$/;

/** What an item is called in addresses: as clients call it, by its UID, where that can stand in a name. */
export const itemName = (uid: string, extension: string): string =>
  `${plain.test(uid) ? uid : digestOf(uid)}${extension}`;

/** The UID of what has none: the same whenever the same is imported again. */
export const uidFor = (text: string): string => `${digestOf(text)}@import`;

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The collection of that name, as addresses or as people call it; made where it is not there. */
export async function collectionNamed(
  store: CollectionsWriter,
  account: number,
  home: Home,
  wanted: string | undefined,
): Promise<CollectionRow> {
  const kind = home === 'calendars' ? 'calendar' : 'addressbook';
  const make = (name: string, details: Details) =>
    store.makeCollection(account, { home, kind, name, details });
  const rows = async () => (await store.collections(account, home)).filter((row) => row.kind === kind);
  // What everybody has is there first, as when a client comes.
  if ((await rows()).length === 0) await make('personal', { displayName: 'Personal' });
  const all = await rows();
  const name = (wanted ?? 'personal').normalize('NFC');
  const found =
    all.find((row) => row.name === name) ??
    all.find(({ details }) => details.displayName === name) ??
    (wanted === undefined ? all[0] : undefined);
  return found ?? make(name, { displayName: name });
}

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CalendarError,
  joinCalendars,
  managedIdsIn,
  parseComponents,
} from '../../formats/icalendar/index.ts';
import type { CollectionRow, CollectionsWriter, Home, Item } from '../../stores/collections/index.ts';
import type { Session } from '../admin/index.ts';
import { levelFolder } from './layout.ts';

export interface ExportedCollections {
  readonly calendars: number;
  readonly addressBooks: number;
  readonly items: number;
  readonly attachments: number;
}

const extensions = { calendars: '.ics', contacts: '.vcf' } as const satisfies Record<Home, string>;

/**
 * Writes `calendars/<name>.ics` and `contacts/<name>.vcf`, each with a file beside it of what is known of the collection itself,
 * and what the server keeps of attachments as `calendars/attachments/<managed id>/<file name>`.
 */
class Export {
  readonly #store: CollectionsWriter;
  readonly #account: number;
  readonly #dir: string;
  readonly #session: Session;
  #counts = { calendars: 0, addressBooks: 0, items: 0, attachments: 0 };

  constructor(store: CollectionsWriter, account: number, dir: string, session: Session) {
    this.#store = store;
    this.#account = account;
    this.#dir = dir;
    this.#session = session;
  }

  async run(): Promise<ExportedCollections> {
    for (const home of ['calendars', 'contacts'] as const) {
      await mkdir(join(this.#dir, home), { recursive: true, mode: 0o700 });
      for (const row of await this.#store.collections(this.#account, home)) {
        await this.#collection(row);
        if (home === 'calendars') this.#counts.calendars++;
        else this.#counts.addressBooks++;
      }
    }
    return this.#counts;
  }

  async #collection(row: CollectionRow): Promise<void> {
    const { home, name, details, kind } = row;
    const base = join(this.#dir, home, fileName(name));
    const pieces =
      home === 'calendars' ? joinCalendars(this.#objects(row), headOf(row)) : cards(this.#items(row));
    await write(`${base}${extensions[home]}`, pieces);
    const about = { name, kind, details, createdMs: row.createdMs, modifiedMs: row.modifiedMs };
    await write(`${base}.json`, [`${JSON.stringify(about, null, 2)}\n`]);
  }

  async *#items({ id }: CollectionRow): AsyncGenerator<Item> {
    for await (const page of this.#store.itemsWithBytes(this.#account, id)) {
      for (const item of page) {
        this.#session.signal.throwIfAborted();
        yield item;
        this.#counts.items++;
        if (this.#counts.items % 100 === 0)
          this.#session.progress({ what: 'items exported', done: this.#counts.items });
      }
    }
  }

  async *#objects(row: CollectionRow): AsyncGenerator<Buffer> {
    for await (const { bytes } of this.#items(row)) {
      if (bytes.includes('MANAGED-ID')) for (const id of managedIds(bytes)) await this.#attachment(id);
      yield bytes;
    }
  }

  async #attachment(managedId: string): Promise<void> {
    const found = await this.#store.attachments.find(this.#account, managedId);
    if (found === null) return;
    const folder = join(this.#dir, 'calendars', 'attachments', fileName(managedId));
    // Instances of one event name the same attachment.
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) === undefined) return;
    await write(join(folder, fileName(found.filename)), this.#store.attachments.open(found));
    this.#counts.attachments++;
  }
}

const headOf = ({ name, details }: CollectionRow) => ({
  name: details.displayName ?? name,
  ...(details.description === undefined ? {} : { description: details.description }),
  ...(details.color === undefined ? {} : { color: details.color }),
});

async function* cards(items: AsyncIterable<Item>): AsyncGenerator<Buffer> {
  for await (const { bytes } of items) {
    yield bytes;
    if (bytes.at(-1) !== 0x0a) yield Buffer.from('\r\n');
  }
}

function managedIds(bytes: Buffer): readonly string[] {
  try {
    return parseComponents(bytes, Number.POSITIVE_INFINITY).flatMap(managedIdsIn);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    return [];
  }
}

/** Octets of a name before its ending: file systems end at 255. */
const nameOctetsMax = 200;

function fileName(name: string): string {
  let safe = levelFolder(name) || '%';
  while (Buffer.byteLength(safe) > nameOctetsMax) safe = safe.slice(0, -1);
  return safe;
}

const write = (path: string, pieces: Iterable<string> | AsyncIterable<string | Uint8Array>): Promise<void> =>
  pipeline(Readable.from(pieces), createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }));

/** All calendars and address books of an account, in the formats that every other program reads. */
export const exportCollections = (
  store: CollectionsWriter,
  account: number,
  dir: string,
  session: Session,
): Promise<ExportedCollections> => new Export(store, account, dir, session).run();

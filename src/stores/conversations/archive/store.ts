import { StoreError } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import { groupchat, numberOf, type StoredRow, shown, types } from './keys.ts';
import { limits } from './limits.ts';
import { archiveOperations as operations } from './module.ts';
import type { Coming } from './scripts/append.ts';
import type { Narrowed } from './scripts/pages.ts';
import type { ArchiveKey, ArchivePage, ArchiveQuery, ArchiveStore, NewRow } from './types.ts';
import { wordsOf } from './words.ts';

export interface ArchiveOptions {
  readonly database: Database;
  /** Hears of what failed behind. */
  readonly onError?: (event: string, error: unknown) => void;
}

const parts = [
  ['peer', limits.peerBytesMax],
  ['resource', limits.resourceBytesMax],
  ['messageId', limits.idBytesMax],
  ['originId', limits.idBytesMax],
  ['occupantId', limits.idBytesMax],
  ['stanza', limits.stanzaBytesMax],
] as const;

/** A text of so many UTF-16 units has at most three times as many bytes. */
function demandSmall(name: string, text: string | null, max: number): void {
  if (text === null || text.length * 3 <= max || Buffer.byteLength(text) <= max) return;
  throw new StoreError('too-large', `${name} of a message has more than ${max} bytes`, { max });
}

function comingOf(row: NewRow): Coming {
  if (row.hidden && row.kind === 'room')
    throw new StoreError('invalid', 'a room has no next session to wait for');
  for (const [name, max] of parts) demandSmall(name, row[name], max);
  return {
    ...{ archive: numberOf(row), at: row.atMs, peer: row.peer, resource: row.resource },
    outgoing: row.direction === 'out' ? 1 : 0,
    type: types.indexOf(row.type),
    hidden: row.hidden ? 1 : 0,
    messageId: row.messageId,
    originId: row.originId === row.messageId ? null : row.originId,
    occupantId: row.occupantId,
    body: row.hidden || row.body === null ? null : row.body.slice(0, limits.searchedCharsMax),
    stanza: row.stanza,
    waits: row.kind === 'account' && (row.hidden === true || row.offline === true),
  };
}

const narrowedBy = (query: ArchiveQuery): Narrowed => ({
  peer: query.with?.peer ?? '',
  resource: query.with?.resource ?? '',
  groupchat: query.groupchat === false ? 0 : 1,
});

const isWanted =
  ({ peer, resource, groupchat: withGroupchat }: Narrowed) =>
  (row: StoredRow): boolean =>
    (peer === '' || row.peer === peer) &&
    (resource === '' || row.resource === resource) &&
    (withGroupchat === 1 || row.type !== groupchat);

const given = (...ids: (number | undefined)[]) => ids.filter((id) => id !== undefined);

function boundsOf(query: ArchiveQuery) {
  return {
    archive: numberOf(query),
    startMs: query.startMs ?? null,
    endMs: query.endMs ?? null,
    above: given(query.afterId, query.after),
    below: given(query.beforeId, query.before === 'end' ? undefined : query.before),
  };
}

export function createArchive({ database, onError = () => {} }: ArchiveOptions): ArchiveStore {
  return new Archive(database, onError);
}

class Archive implements ArchiveStore {
  readonly #database: Database;
  readonly #onError: (event: string, error: unknown) => void;
  /** Archives whose bodies are put into the index, one after the other. */
  readonly #due = new Set<number>();
  #indexing: Promise<void> | null = null;
  #isClosed = false;

  constructor(database: Database, onError: (event: string, error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  async append(rows: readonly NewRow[]) {
    if (rows.length === 0) return { ids: [] };
    if (rows.length > limits.rowsPerAppendMax)
      throw new StoreError('limit', `at most ${limits.rowsPerAppendMax} messages are archived at once`);
    const { ids, due } = await this.#database.call(operations.append, { rows: rows.map(comingOf) });
    for (const archive of due) this.#index(archive);
    return { ids };
  }

  /** Behind: what is not indexed yet is found all the same. What fails is tried with the next messages. */
  #index(archive: number): void {
    this.#due.add(archive);
    if (this.#indexing || this.#isClosed) return;
    this.#indexing = this.#indexAll().finally(() => {
      this.#indexing = null;
    });
  }

  async #indexAll(): Promise<void> {
    for (const archive of this.#due) {
      this.#due.delete(archive);
      if (this.#isClosed) return;
      try {
        // One step, then the others' turn.
        if (await this.#database.call(operations.index, { archive })) this.#due.add(archive);
      } catch (error) {
        this.#onError('messages not indexed', error);
      }
    }
  }

  async query(query: ArchiveQuery): Promise<ArchivePage> {
    const max = Math.min(Math.max(0, query.max), limits.pageRowsMax);
    const backward = query.before !== undefined;
    const count = await this.#count(query);
    const found = query.ids
      ? await this.#named(query, query.ids, backward)
      : query.text === undefined
        ? await this.#page(query, max + 1, backward)
        : await this.#search(query, query.text, max + 1, backward);
    const rows = found.slice(0, max).map(shown);
    // They come in the order in which they were looked for.
    if (backward !== (query.flipped ?? false)) rows.reverse();
    return { rows, complete: found.length <= max, count };
  }

  async #count(query: ArchiveQuery): Promise<number | null> {
    const { with: peer, startMs, endMs, afterId, beforeId, ids, text } = query;
    const isNarrowed = [peer, startMs, endMs, afterId, beforeId, ids, text].some((one) => one !== undefined);
    if (isNarrowed) return null;
    const row = await this.#database.call(operations.archive, { archive: numberOf(query) });
    if (!row) return 0;
    return query.groupchat === false ? row.rows - row.groupchat : row.rows;
  }

  #page(query: ArchiveQuery, limit: number, backward: boolean): Promise<StoredRow[]> {
    const narrowed = narrowedBy(query);
    const args = { ...boundsOf(query), ...narrowed, backward, limit };
    // Where few rows match many may be read.
    const isFar = narrowed.resource !== '' || narrowed.groupchat === 0;
    return this.#database.call(isFar ? operations.farPage : operations.page, args);
  }

  async #named(query: ArchiveQuery, ids: readonly number[], backward: boolean): Promise<StoredRow[]> {
    if (ids.length > limits.idsPerQueryMax)
      throw new StoreError('limit', `at most ${limits.idsPerQueryMax} messages are named at once`);
    const { archive, above, below } = boundsOf(query);
    const rows = await this.#database.call(operations.named, { archive, ids });
    const wanted = rows.filter(isWanted(narrowedBy(query))).filter(({ id, at }) => {
      const isWithin = at >= (query.startMs ?? at) && at <= (query.endMs ?? at);
      return isWithin && above.every((least) => id > least) && below.every((most) => id < most);
    });
    return backward ? wanted.reverse() : wanted;
  }

  async #search(query: ArchiveQuery, text: string, limit: number, backward: boolean): Promise<StoredRow[]> {
    const words = [...wordsOf(text.slice(0, limits.textCharsMax))].slice(0, limits.queryWordsMax);
    if (words.length === 0) throw new StoreError('invalid', 'there is no word in what is looked for');
    const bounds = boundsOf(query);
    const found: StoredRow[] = [];
    let span = await this.#database.call(operations.span, bounds);
    while (span !== null && found.length < limit) {
      const args = { archive: bounds.archive, ...span, ...narrowedBy(query), words, backward };
      const { rows, next } = await this.#database.call(operations.search, args);
      found.push(...rows);
      span = next;
    }
    return found;
  }

  metadata(archive: ArchiveKey) {
    return this.#database.call(operations.metadata, { archive: numberOf(archive) });
  }

  async find(archive: ArchiveKey, id: number) {
    try {
      const rows = await this.#database.call(operations.named, { archive: numberOf(archive), ids: [id] });
      return rows[0] ? shown(rows[0]) : null;
    } catch (error) {
      if (error instanceof StoreError && error.reason === 'not-found') return null;
      throw error;
    }
  }

  async findSent(archive: ArchiveKey, messageId: string) {
    const rows = await this.#database.call(operations.sent, { archive: numberOf(archive), messageId });
    return rows.map(shown);
  }

  async redact(archive: ArchiveKey, id: number, stanza: string) {
    demandSmall('stanza', stanza, limits.stanzaBytesMax);
    return this.#database.call(operations.redact, { archive: numberOf(archive), id, stanza });
  }

  async takeOffline(owner: number, { max, after = -1 }: { readonly max: number; readonly after?: number }) {
    const limit = Math.min(max, limits.pageRowsMax);
    const rows = await this.#database.call(operations.waiting, { owner, after, limit });
    return rows.map((row) => ({ ...shown(row), hidden: row.hidden === 1 }));
  }

  async countOffline(owner: number) {
    const archive = numberOf({ kind: 'account', owner });
    return (await this.#database.call(operations.archive, { archive }))?.offline ?? 0;
  }

  delivered(owner: number, upTo: number) {
    return this.#database.call(operations.delivered, { owner, upTo });
  }

  async *all(key: ArchiveKey) {
    const all = { ...boundsOf({ ...key, max: 0 }), peer: '', resource: '', groupchat: 1 as const };
    for (let above: number[] = []; ; ) {
      const args = { ...all, above, backward: false, limit: limits.pageRowsMax };
      const rows = await this.#database.call(operations.page, args);
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map(shown);
      above = [last.id];
    }
  }

  async expire(kind: ArchiveKey['kind'], before: number, between: () => Promise<void> = async () => {}) {
    for (let all = 0; ; await between()) {
      const args = { kind: kind === 'room' ? 1 : 0, before };
      const dropped = await this.#database.call(operations.expire, args);
      if (dropped === null) return all;
      all += dropped;
    }
  }

  async clear(key: ArchiveKey) {
    const args = { archive: numberOf(key), before: Number.MAX_SAFE_INTEGER };
    while ((await this.#database.call(operations.dropOldest, args)).more);
  }

  async erase(key: ArchiveKey) {
    await this.clear(key);
    await this.#database.call(operations.forget, { archive: numberOf(key) });
  }

  async close() {
    this.#isClosed = true;
    await this.#indexing;
  }
}

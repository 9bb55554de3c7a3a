import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import pg from 'pg';
import { type Clock, systemClock } from '../base/index.ts';
import { modules } from '../modules.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../storage/index.ts';
import {
  type CollectionsSettings,
  type CollectionsWriter,
  createCollections,
} from '../stores/collections/index.ts';
import { createFilesStore, type FilesSettings, type FilesWriter } from '../stores/files/index.ts';
import { createMailStore, type MailWriter } from '../stores/mail/index.ts';
import { createOutbox, type Outbox, type SendingLimits } from '../stores/outbox/index.ts';
import type { Engine } from './engines.ts';
import { makeFolder, removeFolder } from './folder.ts';

/** The stores of a new, empty data folder, as main.ts puts them together. */
export interface TestStores {
  readonly dir: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly mail: MailWriter;
  readonly files: FilesWriter;
  readonly collections: CollectionsWriter;
  readonly outbox: Outbox;
  /** Errors that the storage layer reported rather than threw. */
  readonly reported: string[];
  /** Runs SQL behind the stores' back, as damage would come. */
  damage(statement: string): Promise<void>;
  /** The rows of a query, read behind the stores' back. */
  look(query: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Closes and opens them again on the same data. */
  reopen(): Promise<TestStores>;
  close(): Promise<void>;
}

interface Where {
  readonly dir: string;
  readonly url: string;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly sending: SendingLimits;
  readonly files: () => FilesSettings;
  readonly collections: () => CollectionsSettings;
}

/** Room for what a test puts, versions and a trash that do not end by themselves. */
export const testFiles: FilesSettings = {
  quota: 2 ** 40,
  file: 2 ** 40,
  versions: { count: 20, age: 90 * 86_400_000 },
  trash: 30 * 86_400_000,
  kept: 50,
};

const unlimited: SendingLimits = {
  memberPerHour: null,
  memberPerDay: null,
  domainPerHour: null,
  domainPerDay: null,
};

export async function openTestStores(
  engine: Engine,
  options: {
    clock?: Clock;
    quota?: number;
    sending?: Partial<SendingLimits>;
    files?: () => FilesSettings;
    collections?: () => CollectionsSettings;
  } = {},
): Promise<TestStores> {
  const dir = makeFolder();
  const url = await engine.database();
  return openAt({
    dir,
    url,
    clock: options.clock ?? systemClock,
    quota: options.quota ?? null,
    sending: { ...unlimited, ...options.sending },
    files: options.files ?? (() => testFiles),
    collections: options.collections ?? (() => ({ quota: 2 ** 40 })),
  });
}

async function openAt(where: Where): Promise<TestStores> {
  const reported: string[] = [];
  mkdirSync(where.dir, { recursive: true });
  const database = await openDatabase({
    modules,
    dir: where.dir,
    database: where.url,
    workerUrl: new URL('../worker.ts', import.meta.url),
    onError: (event, error) => reported.push(`${event}: ${String(error)}`),
  });
  const blobs = openLocalBlobs({ folder: join(where.dir, 'blobs'), database });
  const mail = createMailStore({ database, blobs, clock: where.clock, quota: where.quota });
  const files = createFilesStore({ database, blobs, clock: where.clock, settings: where.files });
  const collections = createCollections({
    database,
    blobs,
    clock: where.clock,
    settings: where.collections,
  });
  const outbox = createOutbox({
    database,
    blobs,
    clock: where.clock,
    giveUpMs: 5 * 86_400_000,
    warnMs: 4 * 3_600_000,
    sending: where.sending,
  });
  const stop = async () => {
    await blobs.close();
    await database.close();
  };
  return {
    dir: where.dir,
    database,
    blobs,
    mail,
    files,
    collections,
    outbox,
    reported,
    damage: (statement) => damageAt(where, statement),
    look: (query) => lookAt(where, query),
    async reopen() {
      await stop();
      return openAt(where);
    },
    async close() {
      await stop();
      removeFolder(where.dir);
    },
  };
}

/** Runs SQL in a database that nobody need have open. */
export async function damageAt({ dir, url }: Pick<Where, 'dir' | 'url'>, statement: string): Promise<void> {
  if (url === 'sqlite') {
    const raw = new SqliteDatabase(join(dir, 'myco.sqlite'));
    raw.exec(statement);
    raw.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function lookAt({ dir, url }: Where, query: string): Promise<readonly Record<string, unknown>[]> {
  if (url === 'sqlite') {
    const raw = new SqliteDatabase(join(dir, 'myco.sqlite'), { readonly: true });
    const rows = raw.prepare<[], Record<string, unknown>>(query).all();
    raw.close();
    return rows;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(query);
  await client.end();
  return rows;
}

import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import {
  type AccountsService,
  argon2Hasher,
  createAccounts,
  type EraseHook,
  type TokenVerifier,
} from '../accounts/index.ts';
import { type Clock, StoreError, systemClock } from '../base/index.ts';
import type { Coop } from '../coop/index.ts';
import { modules } from '../modules.ts';
import type { Log } from '../observability/index.ts';
import type { Loaded, MycoSettings } from '../settings/index.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../storage/index.ts';
import { type CollectionsWriter, createCollections } from '../stores/collections/index.ts';
import {
  type Conversations,
  openConversations,
  type RoomAffiliation,
} from '../stores/conversations/index.ts';
import {
  createFilesStore,
  createSharing,
  createUploads,
  type FilesWriter,
  Reserves,
  type Sharing,
  type Uploads,
} from '../stores/files/index.ts';
import { createMailStore, type MailWriter } from '../stores/mail/index.ts';
import { createOutbox, type Outbox } from '../stores/outbox/index.ts';
import { createPolicyStore, type PolicyStore } from '../stores/policies/index.ts';
import { createPushStore, type PushStore } from '../stores/push/index.ts';
import { createSenders, type Senders } from '../stores/senders/index.ts';
import { createTrustStore, type TrustStore } from '../stores/trust/index.ts';
import { type CoopAt, openCoopRooms } from './coop.ts';

/** What is done to rooms to talk in while people are in them. False: there is no such room. */
export interface RunningTalk {
  destroy(local: string, reason: string): Promise<boolean>;
  affiliate(
    local: string,
    of: { readonly jid: string; readonly account: number; readonly affiliation: RoomAffiliation | null },
  ): Promise<boolean>;
}

/** What is kept, opened: the same for the server and for a command on a stopped one. */
export interface Rooms {
  readonly settings: Loaded<MycoSettings>;
  readonly log: Log;
  readonly clock: Clock;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly accounts: AccountsService;
  readonly mail: MailWriter;
  readonly files: FilesWriter;
  readonly sharing: Sharing;
  readonly uploads: Uploads;
  readonly collections: CollectionsWriter;
  readonly trust: TrustStore;
  readonly outbox: Outbox;
  readonly senders: Senders;
  /** What only a server that runs has; absent where a command opened the rooms itself. */
  readonly running?: {
    open(): readonly { readonly door: string; readonly host: string; readonly port: number }[];
    /** PEM of the authority that clients must be given; null where the public ones do. */
    authority(): string | null;
    /** Rooms to talk in: who is there hears of it. */
    readonly talk: RunningTalk;
    /** Something was put into the chat of an account: who is there hears of it. */
    chatImported(account: number): Promise<void>;
  };
  readonly policies: PolicyStore;
  readonly push: PushStore;
  /** What chat keeps. */
  readonly conversations: Conversations;
  /** Members, shares, ledger and pay. */
  readonly coop: Coop;
  /** The same by another clock. */
  readonly coopAt: CoopAt;
  close(): Promise<void>;
}

/** Compiled, this file stands in dist/ and the threads load JavaScript; in development they load TypeScript. */
const extension = extname(import.meta.url);
const workerUrl = new URL('../worker.ts', import.meta.url);
workerUrl.pathname = workerUrl.pathname.replace(/\.ts$/, extension);

/** Passwords of public links that are checked at once; those of members have a bound of their own. */
const linkHashesAtOnce = 1;

/** Stands in the data folder while a restore fills it. */
export const unfinishedRestore = 'restore-unfinished';

/**
 * Takes the data folder and opens every store. StoreError 'unavailable' where another process has it, or where a restore
 * began and did not end: what it left must not be served. `restoring`: the caller is that restore. `tokens`: who knows
 * what bearer tokens are worth.
 */
export async function openRooms(
  settings: Loaded<MycoSettings>,
  log: Log,
  options: { readonly restoring?: boolean; readonly tokens?: TokenVerifier } = {},
): Promise<Rooms> {
  const { value } = settings;
  if (!options.restoring && existsSync(join(value.data, unfinishedRestore))) {
    throw new StoreError(
      'unavailable',
      `a restore into ${value.data} did not finish; empty the folder and restore again`,
    );
  }
  const clock = systemClock;
  const onError = (event: string, error: unknown) => log.error(event, { error });
  const database = await openDatabaseOf(value, onError);
  try {
    const blobs = openLocalBlobs({ folder: join(value.data, 'blobs'), database });
    const mail = createMailStore({ database, blobs, clock, quota: value.limits.quota });
    const fileRooms = openFileRooms({ database, blobs, clock, settings });
    const collections = openCollections({ database, blobs, clock, settings });
    const trust = createTrustStore({ database, clock });
    const outbox = openOutbox(value, { database, blobs, clock });
    const senders = createSenders({ database, clock, onError });
    const push = createPushStore({ database, clock });
    const conversations = openConversations({ database, clock, onError });
    const accounts = await createAccounts({
      database,
      domain: value.coop.domain,
      aliases: value.coop.aliases,
      clock,
      ...(options.tokens ? { tokens: options.tokens } : {}),
      // What an erased member still has waiting is not sent any more.
      onCredentialEnd: [(member, living) => conversations.registrations.retain(member, living)],
      onErase: [outbox, mail, fileRooms, collections, push, conversations].map(erasing),
      onGroupEnd: [fileRooms, collections.sharing].map((room) => (group) => room.forgetGroup(group)),
      onError,
    });
    const sharing = fileRooms.openSharing(accounts);
    const coopAt = openCoopRooms({ settings: value, database, blobs, trust, outbox, accounts });
    return {
      ...{ settings, log, clock, database },
      blobs,
      accounts,
      mail,
      files: fileRooms.files,
      sharing,
      uploads: fileRooms.uploads,
      collections,
      trust,
      outbox,
      senders,
      policies: createPolicyStore({ database, clock }),
      push,
      conversations,
      coop: coopAt(clock),
      coopAt,
      async close() {
        await accounts.close();
        await senders.close();
        await conversations.close();
        await blobs.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Erasing = { erase(member: number, addresses: readonly string[]): Promise<void> };

const erasing =
  (room: Erasing): EraseHook =>
  (member, addresses) =>
    room.erase(member, addresses);

function openDatabaseOf(
  { data, storage }: MycoSettings,
  onError: (event: string, error: unknown) => void,
): Promise<Database> {
  const database = storage.database.engine === 'sqlite' ? 'sqlite' : storage.database.url;
  return openDatabase({ modules, dir: data, database, workerUrl, onError });
}

/** The folder in every home that holds what others share. */
export const sharedName = 'Shared';

/** Trees, uploads and, once somebody knows the members, shares. */
function openFileRooms({
  settings,
  ...over
}: {
  readonly settings: Loaded<MycoSettings>;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}) {
  const reserves = new Reserves();
  const files = createFilesStore({
    ...over,
    reserves,
    settings: () => settings.value.files,
    reservedName: sharedName,
  });
  const uploads = createUploads({ ...over, files, reserves, fileBytesMax: () => settings.value.files.file });
  let sharing: Sharing | null = null;
  return {
    files,
    uploads,
    openSharing({ accounts }: Pick<AccountsService, 'accounts'>): Sharing {
      sharing = createSharing({
        ...over,
        accounts,
        files,
        hasher: argon2Hasher(linkHashesAtOnce),
        mayLink: () => settings.value.files.links === 'everybody',
      });
      return sharing;
    },
    forgetGroup: async (group: string) => sharing?.forgetGroup(group),
    async erase(member: number): Promise<void> {
      await sharing?.erase(member);
      await uploads.erase(member);
      await files.erase(member);
    },
  };
}

function openCollections({
  settings,
  ...over
}: Pick<Rooms, 'settings' | 'database' | 'blobs' | 'clock'>): CollectionsWriter {
  return createCollections({ ...over, settings: () => settings.value.calendars });
}

function openOutbox(
  { mail: { queue } }: MycoSettings,
  over: { readonly database: Database; readonly blobs: BlobStore; readonly clock: Clock },
): Outbox {
  const { giveUpAfter: giveUpMs, warnAfter: warnMs, ...sending } = queue;
  return createOutbox({ ...over, giveUpMs, warnMs, sending });
}

import type { Clock } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import type { FlagScope } from '../flags.ts';
import type {
  Metadata,
  MetadataChanges,
  MetadataFound,
  MetadataName,
  MetadataPlace,
  MetadataQuery,
} from '../metadata/metadata.ts';
import { mailOperations as operations } from '../module.ts';
import type { MailboxRow } from '../scripts.ts';
import type { Copied, Mailbox, Uids } from '../types.ts';
import { everyone, type Grant } from './rights.ts';
import type { GrantChange } from './rights-scripts.ts';

/** A mailbox of somebody else, and what a member may do with it. */
export interface SharedMailbox {
  readonly account: number;
  readonly mailbox: Mailbox;
  /** Letters of `allRights`, in that order; never none. */
  readonly rights: string;
}

/** Who may do what with whose mailboxes (RFC 4314), and annotations (RFC 5464). */
export interface SharingReader {
  /** The ACL of a mailbox, but for its owner, who may do everything. */
  grants(account: number, mailbox: number): Promise<readonly Grant[]>;
  /** All that others share with the member. One index read where that is nothing. */
  sharedWith(member: number): Promise<readonly SharedMailbox[]>;
  /** The mailbox of that name and what the member may do with it, which may be nothing; null where there is none. */
  find(
    account: number,
    name: string,
    member: number,
  ): Promise<{ readonly mailbox: Mailbox; readonly rights: string } | null>;
  /** What a member who is not the owner may do with a mailbox; null where it is gone. */
  rights(account: number, mailbox: number, member: number): Promise<string | null>;
  /** The same for the nearest mailbox above a name; null where nothing is above it. */
  rightsAbove(account: number, name: string, member: number): Promise<string | null>;
  /** Annotations that were asked for; values larger than `sizeMax` bytes are left out. */
  metadata(
    place: MetadataPlace,
    queries: readonly MetadataQuery[],
    sizeMax: number | null,
  ): Promise<MetadataFound>;
  /** Annotations of the account and its mailboxes that were changed after `since`, as far as the member sees them. */
  metadataChanges(account: number, member: number, since: number): Promise<MetadataChanges>;
}

/** A mailbox and whose it is. */
export interface Box {
  readonly account: number;
  readonly mailbox: number;
}

export interface TransferOptions {
  /** Flags that the copies may have; the others are dropped. */
  readonly only: FlagScope;
  /** The messages leave the source, as MOVE has it. */
  readonly leaves: boolean;
}

export interface Sharing extends SharingReader {
  /** COPY or MOVE into any mailbox, also of another account; one transaction. StoreError 'not-found', 'over-quota'. */
  transfer(from: Box, to: Box, uids: Uids, options: TransferOptions): Promise<Copied>;
  /** Sessions of the owner's account and of the grantee hear of it. StoreError 'not-found', 'limit'. */
  grant(change: GrantChange): Promise<void>;
  /** All or none; a value of null removes. Answers the modseq of the change. StoreError 'not-found' (mailbox), 'limit'. */
  setMetadata(place: MetadataPlace, entries: readonly Metadata[]): Promise<number>;
}

function shown(row: MailboxRow, subscribed: boolean): Mailbox {
  const { listedModseq: _, ...mailbox } = row;
  // RFC 6154 §2: a special use is the owner's; nobody's client shall take it for its own Sent or Trash.
  return { ...mailbox, specialUse: null, subscribed };
}

/** Thread boundaries and drivers may hand over plain arrays of octets. */
function withBuffer(row: MetadataName & { value: Uint8Array | null }): Metadata {
  return { owner: row.owner, entry: row.entry, value: row.value && Buffer.from(row.value) };
}

/** `ensure` makes the account where it is used for the first time. */
export function createSharing(
  database: Database,
  clock: Clock,
  ensure: (account: number) => Promise<void>,
): Sharing {
  return {
    transfer(from, to, uids, { only, leaves }) {
      const now = clock.nowMs();
      if (from.account === to.account) {
        const within = { account: from.account, from: from.mailbox, to: to.mailbox, uids, now, only };
        return database.call(leaves ? operations.move : operations.copy, within);
      }
      const accounts = [from.account, to.account];
      return database.call(operations.cross, { accounts, from, to, uids, only, leaves, now });
    },
    grants: (account, mailbox) => database.call(operations.grants, { account, mailbox }),
    async sharedWith(member) {
      const shared = await database.call(operations.sharedWith, { member });
      return shared.map((one) => ({ ...one, mailbox: shown(one.mailbox, false) }));
    },
    async find(account, name, member) {
      const found = await database.call(operations.findShared, { account, name, member });
      return found && { mailbox: shown(found.mailbox, false), rights: found.rights };
    },
    rights: (account, mailbox, member) =>
      database.call(operations.rightsOfMember, { account, mailbox, member }),
    rightsAbove: (account, name, member) => database.call(operations.rightsAbove, { account, name, member }),
    async metadata(place, queries, sizeMax) {
      const found = await database.call(operations.getMetadata, { ...place, queries, sizeMax });
      return { ...found, entries: found.entries.map(withBuffer) };
    },
    metadataChanges: (account, member, since) =>
      database.call(operations.metadataChanges, { account, member, since }),
    grant(change) {
      const { account, grantee } = change;
      const accounts = grantee > everyone ? [account, grantee] : [account];
      return database.call(operations.grant, { ...change, accounts });
    },
    async setMetadata(place, entries) {
      await ensure(place.account);
      return database.call(operations.setMetadata, { ...place, entries });
    },
  };
}

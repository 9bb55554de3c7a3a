import { directoryAccount, publicAccount } from '../accounts/index.ts';
import { sleep } from '../base/index.ts';
import { type ChatServer, type RosterSource, type SharedContact, sharedChanged } from '../chat/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { watchedDirectory } from './contacts.ts';
import { directoryQuietMs, heldGroupsMax } from './limits.ts';

/** Members who let the others find them, by their numbers; read again when one more or one less does. */
function consenting(
  { collections }: Pick<Rooms, 'collections'>,
  directory: ReturnType<typeof watchedDirectory>,
) {
  let known: { readonly modseq: number; readonly members: ReadonlySet<number> } | null = null;
  return async (): Promise<ReadonlySet<number>> => {
    const book = await directory.book();
    if (book === null) return new Set();
    if (known?.modseq === book.modseq) return known.members;
    const members = new Set<number>();
    for await (const page of collections.items(book.account, book.id))
      for (const { name } of page) members.add(Number(/^member-(\d+)\.vcf$/.exec(name)?.[1] ?? 0));
    known = { modseq: book.modseq, members };
    return members;
  };
}

interface Grouped {
  readonly account: number;
  readonly address: string;
  readonly name: string;
}

interface Held {
  readonly size: number;
  readonly members: readonly Grouped[];
}

/**
 * Who is in a group, and how many were counted with who is elsewhere or disabled; null where it is no group. Read once for all of
 * its members, and again when the directory has changed.
 */
function groupsHeld({ accounts: { accounts }, database }: Pick<Rooms, 'accounts' | 'database'>) {
  const held = new Map<string, Promise<Held | null>>();
  database.changes.subscribe(directoryAccount, () => held.clear());

  async function read(address: string): Promise<Held | null> {
    const resolution = await accounts.resolve(address);
    if (resolution.kind !== 'local') return null;
    const members: Grouped[] = [];
    for (const recipient of resolution.recipients) {
      if (recipient.kind !== 'member') continue;
      const member = await accounts.member(recipient.account);
      if (member !== null && !member.disabled)
        members.push({ account: member.id, address: member.address, name: member.name });
    }
    return { size: resolution.recipients.length, members };
  }

  return (address: string): Promise<Held | null> => {
    const known = held.get(address);
    if (known !== undefined) return known;
    const reading = read(address);
    held.set(address, reading);
    // What changed while it was read is read by whoever comes next: this one is not held any more.
    reading.catch(() => held.get(address) === reading && held.delete(address));
    for (const oldest of held.keys()) {
      if (held.size <= heldGroupsMax) break;
      held.delete(oldest);
    }
    return reading;
  };
}

/**
 * Whom the co-op puts into lists of contacts: of the groups that a member is in, those who let the others find them, where
 * the member does so too; who hides sees nobody. Groups with too many members are left out.
 */
export function directorySource(rooms: Rooms): RosterSource {
  const { accounts } = rooms.accounts;
  const all = consenting(rooms, watchedDirectory(rooms));
  const groupOf = groupsHeld(rooms);
  return {
    async contactsOf(account) {
      const { contacts, members: membersMax } = rooms.settings.value.chat.directory;
      if (contacts === 'off') return [];
      const groups = await accounts.groupsOf(account);
      if (groups.length === 0) return [];
      const found = await all();
      if (!found.has(account)) return [];
      const shown = new Map<string, SharedContact>();
      for (const address of groups) {
        const held = await groupOf(address);
        if (held === null || held.size > membersMax) continue;
        const group = address.slice(0, address.lastIndexOf('@'));
        for (const member of held.members) {
          if (member.account === account || !found.has(member.account)) continue;
          const before = shown.get(member.address)?.groups ?? [];
          shown.set(member.address, {
            contact: member.address,
            name: member.name,
            groups: [...before, group],
          });
        }
      }
      return [...shown.values()];
    },
  };
}

/** Tells whoever is there when groups, names or consents have changed, a moment later: many change at once. */
export function watchDirectory(
  { database, settings, log }: Pick<Rooms, 'database' | 'settings' | 'log'>,
  { chat }: ChatServer,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let isDue = false;
  const underWay = new Set<Promise<void>>();
  const tell = async () => {
    await sleep(directoryQuietMs, stopping.signal);
    // What changes while some are told is told to all once more.
    isDue = false;
    for (const home of [...chat.homes.lively]) {
      if (stopping.signal.aborted) return;
      await sharedChanged(chat, home.account);
    }
  };
  const changed = () => {
    if (settings.value.chat.directory.contacts === 'off' || stopping.signal.aborted) return;
    if (isDue) return;
    isDue = true;
    const work = tell()
      .catch((error: unknown) => log.warn('lists of contacts not told', { error }))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const unwatch = [directoryAccount, publicAccount].map((account) =>
    database.changes.subscribe(account, changed),
  );
  return {
    async stop() {
      stopping.abort();
      for (const end of unwatch) end();
      await Promise.all(underWay);
    },
  };
}

import { directoryAccount } from '../accounts/index.ts';
import { carddavExtension, createDirectory, type Directory } from '../carddav/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { DavExtension } from '../webdav/index.ts';

/** The co-op's directory, for a page or a command: what it keeps is compared with the members by the DAV door. */
export function openDirectory({ settings, collections, accounts }: Rooms): Directory {
  const { domain } = settings.value.coop;
  return createDirectory({ collections, accounts: accounts.accounts, domain });
}

/** The same for doors that stay open: it is compared when members have changed, and not each time that somebody looks. */
export function watchedDirectory(rooms: Rooms): Directory {
  const known = watched.get(rooms);
  if (known !== undefined) return known;
  const { settings, collections, accounts, database } = rooms;
  const directory: Directory = createDirectory({
    collections,
    accounts: accounts.accounts,
    domain: settings.value.coop.domain,
    watch: (changed) => {
      database.changes.subscribe(directoryAccount, () => {
        changed();
        // Who is erased is not kept until somebody looks. Where this fails, whoever looks compares again.
        directory.book().catch(() => null);
      });
    },
  });
  watched.set(rooms, directory);
  return directory;
}

/** One for all doors of the same rooms. */
const watched = new WeakMap<Rooms, Directory>();

/** Address books, and among them the co-op's directory, for the DAV door. */
export function openContacts(rooms: Rooms): DavExtension {
  const { settings, collections, accounts } = rooms;
  const directory = watchedDirectory(rooms);
  const house = { collections, accounts: accounts.accounts, directory };
  return carddavExtension({ ...house, settings: { cardBytesMax: settings.value.contacts.card } });
}

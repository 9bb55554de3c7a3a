import { directoryAccount } from '../accounts/index.ts';
import { carddavExtension, createDirectory, type Directory } from '../carddav/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { DavExtension } from '../webdav/index.ts';

/** The co-op's directory, for a page or a command: what it keeps is compared with the members by the DAV door. */
export function openDirectory({ settings, collections, accounts }: Rooms): Directory {
  const { domain } = settings.value.coop;
  return createDirectory({ collections, accounts: accounts.accounts, domain });
}

/** Address books, and among them the co-op's directory, for the DAV door. */
export function openContacts({ settings, collections, accounts, database }: Rooms): DavExtension {
  const { coop, contacts } = settings.value;
  const directory: Directory = createDirectory({
    collections,
    accounts: accounts.accounts,
    domain: coop.domain,
    watch: (changed) => {
      database.changes.subscribe(directoryAccount, () => {
        changed();
        // Who is erased is not kept until somebody looks. Where this fails, whoever looks compares again.
        directory.book().catch(() => null);
      });
    },
  });
  const house = { collections, accounts: accounts.accounts, directory };
  return carddavExtension({ ...house, settings: { cardBytesMax: contacts.card } });
}

import { publishedCalendars } from '../caldav/index.ts';
import type { RawHandler } from '../net/index.ts';
import { type Rooms, sharedName } from '../rooms/index.ts';
import {
  coreExtension,
  createDav,
  createSentFiles,
  createTus,
  defaultBases,
  type FilesHouse,
  filesExtension,
  LoginFlows,
  nextcloudBases,
  nextcloudDoor,
  nextcloudExtension,
  nextcloudHeaders,
  nextcloudInstance,
  principalsExtension,
} from '../webdav/index.ts';
import { openCalendars } from './calendars.ts';
import { openContacts } from './contacts.ts';
import type { Observers } from './observers.ts';
import { openPush } from './push.ts';

export interface FilesDoor {
  /** For the http and the https door: DAV, and what stands beside it. */
  readonly raw: RawHandler;
  /** Apps that wait for their member in a browser; null where such apps are not taken. */
  readonly appLogins: LoginFlows | null;
}

/** Members' files as the web's doors serve them. `draining`: the server is about to end. */
export function openFiles(rooms: Rooms, { log, metrics }: Observers, draining: () => boolean): FilesDoor {
  const { settings, clock, sharing, uploads } = rooms;
  const { accounts } = rooms.accounts;
  const { coop, auth, files } = settings.value;
  const instance = nextcloudInstance(coop.domain);
  const apps = files.nextcloud === 'on';
  const house: FilesHouse = {
    files: rooms.files,
    sharing,
    accounts,
    sharedName,
    ...(apps ? { headersOf: (node) => nextcloudHeaders(node, instance) } : {}),
  };
  const common = {
    accounts,
    realm: coop.name,
    plaintext: auth.plaintext,
    log: log.child({ protocol: 'dav' }),
    clock,
  };
  const more = apps ? [nextcloudExtension({ house, uploads, accounts, sharing, instance })] : [];
  const dav = createDav({
    ...common,
    extensions: [
      coreExtension,
      filesExtension(house),
      principalsExtension(accounts, rooms.collections.sharing),
      ...openCalendars(rooms),
      openContacts(rooms),
      ...openPush(rooms),
      ...more,
    ],
    bases: apps ? [...defaultBases, ...nextcloudBases] : defaultBases,
    metrics,
  });
  const tus = createTus({ ...common, house, uploads, fileBytesMax: files.file, metrics });
  // What was sent along in chat (XEP-0363).
  const sent = createSentFiles({
    ...common,
    files: rooms.files,
    slots: rooms.conversations.registrations.uploads,
    keepMs: () => settings.value.chat.uploads.keep,
    metrics,
  });
  const published = publishedCalendars({ ...common, collections: rooms.collections });
  const raw: RawHandler = (request, response) =>
    published(request, response) ||
    tus(request, response) ||
    sent(request, response) ||
    dav(request, response);
  if (!apps) return { raw, appLogins: null };
  const appLogins = new LoginFlows(clock);
  const nextcloud = nextcloudDoor({
    ...common,
    house,
    instance,
    flows: appLogins,
    productName: () => settings.value.coop.name,
    links: () => settings.value.files.links === 'everybody',
    draining,
  });
  return { raw: (request, response) => nextcloud(request, response) || raw(request, response), appLogins };
}

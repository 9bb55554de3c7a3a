import { ownCards } from '../carddav/index.ts';
import {
  type ChatServer,
  type ChatSettings,
  chatClients,
  chatNotices,
  createChatServer,
  type FederationOptions,
  uploadService,
} from '../chat/index.ts';
import { parseNetworks } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import { version } from '../version.ts';
import { signInAddress, webAddress } from '../web/index.ts';
import { sentFilesPath } from '../webdav/index.ts';
import { directorySource } from './chat-directory.ts';
import type { ChatDoors } from './chat-doors.ts';
import type { OpenDoor } from './doors.ts';
import type { Observers } from './observers.ts';

/** Chat over what is kept. `open`: the doors that are open by now. */
export function openChat(
  rooms: Rooms,
  { log, metrics }: Observers,
  open: () => readonly OpenDoor[],
  wayOut: Pick<FederationOptions, 'network' | 'resolver'>,
): ChatServer {
  const { settings, accounts, conversations, clock, files } = rooms;
  const { coop, auth } = settings.value;
  const { uploads } = conversations.registrations;
  return createChatServer({
    coop: coop.name,
    domain: coop.domain,
    aliases: coop.aliases,
    accounts: accounts.accounts,
    registrar: {
      ...accounts.admin,
      invitePage: (token) => webAddress(settings.value, `/invite/${token}`, open()),
    },
    administration: {
      admin: accounts.admin,
      signInAddress: (token) => signInAddress(settings.value, token),
    },
    rosterSource: directorySource(rooms),
    cards: ownCards(rooms.collections),
    store: conversations,
    log: log.child({ protocol: 'xmpp' }),
    metrics,
    clock,
    plaintextLogin: auth.plaintext === 'allow',
    settings: heldSettings(() => settings.value.chat),
    version,
    federation: {
      ...wayOut,
      settings: () => ({ ...settings.value.chat.federation, keepMs: settings.value.chat.federation.keep }),
      networks: () => parseNetworks(settings.value.chat.federation.networks),
    },
    services: [
      (chat, domain) =>
        uploadService(chat, domain, {
          fileBytesMax: () => Math.min(settings.value.chat.uploads.file, settings.value.files.file),
          async room(account) {
            const { used, quota } = await files.usage(account);
            return quota === null ? null : Math.max(0, quota - used);
          },
          open: (account, slot) => uploads.open(account, slot),
          address: (token, name) =>
            webAddress(settings.value, `${sentFilesPath}/${token}/${encodeURIComponent(name)}`, open()),
        }),
    ],
  });
}

/** Made once for each change of the configuration: stanzas ask for them. */
function heldSettings(read: () => MycoSettings['chat']): () => ChatSettings {
  let held: { readonly of: MycoSettings['chat']; readonly settings: ChatSettings } | null = null;
  return () => {
    const of = read();
    if (held?.of !== of) held = { of, settings: chatSettings(of) };
    return held.settings;
  };
}

const chatSettings = ({ resume: resumeMs, federation, ...chat }: MycoSettings['chat']): ChatSettings => ({
  ...chat,
  resumeMs,
  strangers: federation.strangers,
});

/** What chat does with the connections of its doors. */
export function chatDoors({
  chat,
  handleClient,
  handleWebSocket,
  handleServer,
  refusal,
}: ChatServer): ChatDoors {
  const patienceMs = () => chat.settings().unauthenticatedSeconds * 1_000;
  return {
    clients: chatClients(chat),
    notices: chatNotices(chat),
    refusal,
    messageBytesMax: chat.limits.stanzaBytesMax,
    unauthenticatedMsMax: patienceMs(),
    client(connection, entrance) {
      // As the settings are by now: the listener's own limit stays what it was.
      connection.unauthenticated(patienceMs());
      return handleClient(connection, entrance);
    },
    webSocket(peer) {
      peer.connection.unauthenticated(patienceMs());
      return handleWebSocket(peer);
    },
    ...(handleServer && { server: handleServer }),
  };
}

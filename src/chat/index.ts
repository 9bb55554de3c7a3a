/**
 * chat: XMPP over TCP (RFC 6120) and WebSocket (RFC 7395).
 *
 * - `stream/` carries XML and knows no stanza; `auth/` says who a client is; `routing/` brings stanzas to who they are for;
 *   `presence/` says who is there; `xeps/` are declared values whose list is the dispatch table; features are derived.
 * - Accounts speak to each other in stanzas alone, each at its `Home`, by the `Router`.
 * - What a stanza leaves behind is committed before anybody hears of it, in the order in which it came (`Flow`, `Commits`);
 *   a stanza counts as handled (XEP-0198) after that.
 * - Stanzas of a stream are taken one after another; who sends faster than can be kept, waits in the socket.
 * - A client's `from` is never believed; every handler of a request names who may ask.
 * - Errors are answered in one place, `errors.ts`; what is ours is logged and answered without detail. No line of the log
 *   holds content, addresses of contacts or names of rooms.
 */

export type { OwnCards } from './cards/index.ts';
export {
  defaultFederationLimits,
  type FederationLimits,
  type FederationOptions,
  type FederationSettings,
} from './federation/index.ts';
export { type ChatLimits, defaultChatLimits, inviteDaysMax } from './limits.ts';
export { type ChatNotices, chatNotices, type News, Notices, type NoticesOptions } from './notices/index.ts';
export {
  type PortableAccount,
  type PortableImport,
  portableBytesMax,
  readPortable,
  writePortable,
} from './portable/index.ts';
export { type ChatClient, type ChatClients, chatClients } from './registration/clients.ts';
export { invitationUri } from './registration/invitations.ts';
export {
  firstConfig as firstRoomConfig,
  type RoomLimits,
  type RoomOffice,
  roomOffice,
} from './rooms/index.ts';
export { type RosterSource, rosterImported, type SharedContact, sharedChanged } from './roster/index.ts';
export {
  type ChatServer,
  type ChatServerOptions,
  createChatServer,
  type MakeService,
  standardFeatures,
} from './server.ts';
export type { ChatSettings } from './services.ts';
export type { StreamRefusal } from './stream/refusal.ts';
export { type UploadParts, uploadService } from './xeps/0363-http-upload.ts';
export { ownCardChanged } from './xeps/0398-avatar-conversion.ts';

/**
 * stores/conversations/registrations: what clients, members and servers leave with us, each small.
 * - `push`: who is woken, and how (XEP-0357). `tokens`: what a client comes back with in place of a password (XEP-0484);
 *   they are keys of an HMAC and are kept as they are. `devices`: the clients of a member.
 * - `invites` and `uploads`: links. Their tokens are not to be guessed, and are kept as hashes.
 * - `queue`: what waits for other servers, durable and in order, bounded for each of them and for all. `policies`: whom we
 *   talk to.
 * - What is used once is used once, whoever comes at the same time.
 */
export { limits as registrationsLimits } from './limits.ts';
export { registrationsModule } from './module.ts';
export { createRegistrations, type RegistrationsOptions } from './store.ts';
export type {
  Device as ChatDevice,
  Devices as ChatDevices,
  FastToken,
  FastTokens,
  Invite as ChatInvite,
  InviteKind as ChatInviteKind,
  Invites as ChatInvites,
  NewInvite as NewChatInvite,
  NewQueued,
  Policies as ServerPolicies,
  Policy as ServerPolicy,
  Pushes,
  PushRegistration,
  PushRow,
  Queue as ServerQueue,
  Queued,
  Registrations,
  Tokens as FastTokenStore,
  Upload as ChatUpload,
  UploadState as ChatUploadState,
  Uploads as ChatUploads,
} from './types.ts';

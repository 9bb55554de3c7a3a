/**
 * chat/xeps: what the server understands beyond the streams, in an order that counts: within a phase of a message
 * (`specification.ts`) whoever stands first is asked first. A XEP is one file, its transcript and one line here.
 */
import { strangers } from '../presence/index.ts';
import type { Specification } from '../specification.ts';
import { lastActivity } from './0012-last-activity.ts';
import { serviceDiscovery } from './0030-service-discovery.ts';
import { multiUserChat } from './0045-multi-user-chat.ts';
import { privateXml } from './0049-private-xml.ts';
import { adHocCommands } from './0050-ad-hoc-commands.ts';
import { vcardTemp } from './0054-vcard-temp.ts';
import { pubsub } from './0060-pubsub.ts';
import { registration } from './0077-registration.ts';
import { userAvatar } from './0084-user-avatar.ts';
import { softwareVersion } from './0092-software-version.ts';
import { entityCapabilities } from './0115-entity-capabilities.ts';
import { serviceAdministration } from './0133-service-administration.ts';
import { vcardAvatars } from './0153-vcard-avatars.ts';
import { contactAddresses } from './0157-contact-addresses.ts';
import { offlineMessages } from './0160-offline-messages.ts';
import { personalEventing } from './0163-personal-eventing.ts';
import { blocking } from './0191-blocking.ts';
import { streamManagement } from './0198-stream-management.ts';
import { ping } from './0199-ping.ts';
import { entityTime } from './0202-entity-time.ts';
import { delayedDelivery } from './0203-delayed-delivery.ts';
import { externalServices } from './0215-external-services.ts';
import { publicData } from './0222-public-data.ts';
import { privateData } from './0223-private-data.ts';
import { portable } from './0227-portable.ts';
import { carbons } from './0280-carbons.ts';
import { vcard4 } from './0292-vcard4.ts';
import { forwarding } from './0297-forwarding.ts';
import { messageArchive } from './0313-message-archive.ts';
import { hints } from './0334-hints.ts';
import { clientState } from './0352-client-state.ts';
import { pushNotifications } from './0357-push.ts';
import { stanzaIds } from './0359-stanza-ids.ts';
import { httpUpload } from './0363-http-upload.ts';
import { reports } from './0377-reports.ts';
import { invitedContacts } from './0379-invited-contacts.ts';
import { bind2 } from './0386-bind2.ts';
import { sasl2 } from './0388-sasl2.ts';
import { avatarConversion } from './0398-avatar-conversion.ts';
import { bookmarks } from './0402-bookmarks.ts';
import { retraction } from './0424-retraction.ts';
import { channelBindings } from './0440-channel-bindings.ts';
import { archivePreferences } from './0441-archive-preferences.ts';
import { invitedRegistration } from './0445-invited-registration.ts';
import { streamLimits } from './0478-stream-limits.ts';
import { fast } from './0484-fast.ts';
import { displayedSynchronization } from './0490-displayed-synchronization.ts';

export const xeps: readonly Specification[] = [
  // Before whoever keeps a session that is lost.
  pushNotifications,
  streamManagement,
  blocking,
  reports,
  strangers,
  lastActivity,
  serviceDiscovery,
  privateXml,
  multiUserChat,
  softwareVersion,
  entityCapabilities,
  contactAddresses,
  stanzaIds,
  messageArchive,
  archivePreferences,
  carbons,
  retraction,
  offlineMessages,
  clientState,
  hints,
  forwarding,
  delayedDelivery,
  registration,
  ping,
  entityTime,
  externalServices,
  pubsub,
  personalEventing,
  vcardTemp,
  vcard4,
  userAvatar,
  vcardAvatars,
  avatarConversion,
  publicData,
  privateData,
  bookmarks,
  displayedSynchronization,
  adHocCommands,
  portable,
  serviceAdministration,
  httpUpload,
  bind2,
  sasl2,
  streamLimits,
  fast,
  channelBindings,
  invitedRegistration,
  invitedContacts,
];

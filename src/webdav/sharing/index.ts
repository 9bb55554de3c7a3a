/**
 * webdav/sharing: calendars and address books that members give each other, in the words of Apple's clients
 * (caldav-sharing) and of draft-pot-webdav-resource-sharing.
 * - Who is given something finds an invitation and answers it; only then does it stand in their home.
 * - Only the owner gives, and sees who has it. Receivers see themselves and the owner.
 * - Invitations are made of the shares; nothing of them is kept apart.
 */
import type { DavExtension } from '../types.ts';
import type { SharingHouse } from './house.ts';
import { inviteReply } from './invite-reply.ts';
import { notificationsSpace, notificationType } from './notifications.ts';
import { sharingProperties } from './properties.ts';
import { sharePosts } from './share.ts';

export type { SharingHouse } from './house.ts';

export function sharingExtension(house: SharingHouse): DavExtension {
  return {
    name: 'sharing',
    features: ['calendarserver-sharing', 'resource-sharing'],
    methods: [],
    properties: [...sharingProperties(house), notificationType],
    reports: [],
    posts: [...sharePosts(house), inviteReply(house)],
    spaces: [notificationsSpace(house)],
  };
}

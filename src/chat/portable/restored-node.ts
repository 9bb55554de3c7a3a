import type { NodeConfig } from '../../stores/conversations/index.ts';

/** What a node is whose settings the document does not tell: all of it is kept, and nobody else sees it. */
export const restoredNode: NodeConfig = {
  title: '',
  description: '',
  language: '',
  type: '',
  accessModel: 'whitelist',
  rosterGroupsAllowed: [],
  publishModel: 'publishers',
  maxItems: 'max',
  persistItems: true,
  itemExpireSeconds: null,
  sendLastPublishedItem: 'on_sub_and_presence',
  deliverNotifications: true,
  deliverPayloads: true,
  presenceBasedDelivery: false,
  notificationType: 'headline',
  notifyConfig: false,
  notifyDelete: true,
  notifyRetract: true,
  notifySub: false,
  itemReply: 'owner',
};

import type { Specification } from '../specification.ts';

/** How far somebody has read each conversation, for the account's other clients: nodes of XEP-0223, to which clients publish. */
export const displayedSynchronization: Specification = {
  xep: '0490',
  name: 'Message Displayed Synchronization',
  version: '1.0.1',
};

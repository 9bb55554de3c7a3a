/**
 * The stores whose tables and operations the database runs; main.ts and worker.ts load this same list. It names the
 * stores' module.ts rather than their index.ts, so that a database thread loads queries and scripts and nothing else.
 */
import { accountsModule } from './accounts/module.ts';
import { coopModule } from './coop/store/module.ts';
import type { StoreModule } from './storage/index.ts';
import { collectionJobsModule, collectionsModule } from './stores/collections/module.ts';
import { archiveModule } from './stores/conversations/archive/module.ts';
import { nodesModule } from './stores/conversations/nodes/module.ts';
import { registrationsModule } from './stores/conversations/registrations/module.ts';
import { roomsModule } from './stores/conversations/rooms/module.ts';
import { rosterModule } from './stores/conversations/roster/module.ts';
import { filesModule } from './stores/files/module.ts';
import { sharingModule } from './stores/files/sharing/module.ts';
import { uploadsModule } from './stores/files/uploads/module.ts';
import { mailModule } from './stores/mail/module.ts';
import { outboxModule } from './stores/outbox/module.ts';
import { policiesModule } from './stores/policies/module.ts';
import { pushModule } from './stores/push/module.ts';
import { sendersModule } from './stores/senders/module.ts';
import { trustModule } from './stores/trust/module.ts';

export const modules: readonly StoreModule[] = [
  accountsModule,
  archiveModule,
  collectionJobsModule,
  collectionsModule,
  coopModule,
  filesModule,
  mailModule,
  nodesModule,
  outboxModule,
  policiesModule,
  pushModule,
  registrationsModule,
  roomsModule,
  rosterModule,
  sendersModule,
  sharingModule,
  trustModule,
  uploadsModule,
];

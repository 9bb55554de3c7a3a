import type { Folders, Values } from '../define.ts';
import { calendarsSlice } from './calendars.ts';
import { chatSlice } from './chat.ts';
import { contactsSlice } from './contacts.ts';
import { coopSlice } from './coop.ts';
import { filesSlice } from './files.ts';
import { imapSlice } from './imap.ts';
import { listenersSlice } from './listeners.ts';
import { mailSlice } from './mail.ts';
import { authSlice, limitsSlice, logSlice } from './policy.ts';
import { pushSlice } from './push.ts';
import { dataSlice, storageSlice } from './storage.ts';
import { tlsSlice } from './tls.ts';

/** Every top-level key of the configuration, in the order of the example. */
export const mycoSlices = (folders: Folders) => ({
  coop: coopSlice(folders),
  data: dataSlice(folders),
  storage: storageSlice,
  listeners: listenersSlice(folders),
  tls: tlsSlice(folders),
  auth: authSlice,
  limits: limitsSlice,
  mail: mailSlice,
  imap: imapSlice,
  files: filesSlice,
  calendars: calendarsSlice,
  contacts: contactsSlice,
  push: pushSlice,
  chat: chatSlice,
  log: logSlice,
});

/** The whole configuration as the composition root receives it. */
export type MycoSettings = Values<ReturnType<typeof mycoSlices>>;

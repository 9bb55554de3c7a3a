import type { QName } from '../types.ts';

export const calendarServer = 'http://calendarserver.org/ns/';

export const serverName = (name: string): QName => ({ namespace: calendarServer, name });

/** The first name in addresses of notifications. */
export const notificationsName = 'notifications';

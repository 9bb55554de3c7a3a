import type { QName } from '../webdav/index.ts';

export const carddav = 'urn:ietf:params:xml:ns:carddav';
export const calendarServer = 'http://calendarserver.org/ns/';

export const carddavName = (name: string): QName => ({ namespace: carddav, name });

/** What properties and reports are declared on. */
export const kinds = { home: 'addressbook-home', book: 'addressbook', item: 'address-object' } as const;

/** The co-op's members who consent, in every member's home. */
export const directoryName = 'directory';

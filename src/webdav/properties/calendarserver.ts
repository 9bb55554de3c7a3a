import { textOf } from '../prefixes.ts';
import type { LiveProperty } from '../types.ts';
import { onCollections } from './live.ts';

/** What changes when anything in the collection does; older than RFC 6578, and still asked for by Apple and Thunderbird. */
export const collectionTag: LiveProperty = {
  namespace: 'http://calendarserver.org/ns/',
  name: 'getctag',
  key: 'getctag',
  rfc: 'caldav-ctag-03 §4',
  on: onCollections,
  privilege: 'read',
  allprop: false,
  read: ({ etag }) => (etag === null ? undefined : textOf(etag.replaceAll('"', ''))),
};

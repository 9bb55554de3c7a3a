import { elementOf } from './prefixes.ts';
import type { DavPrivilege, Xml } from './types.ts';

const caldav = 'urn:ietf:params:xml:ns:caldav';

/** Privileges that are others together. */
export type Aggregate = 'all' | 'write' | 'schedule-deliver' | 'schedule-send';

/** A DAV:privilege (RFC 3744 §5.3); those of calendars are of their own name space (RFC 4791 §6.1.1, RFC 6638 §6). */
export function privilegeElement(name: DavPrivilege | Aggregate): Xml {
  const calendars = name === 'read-free-busy' || name.startsWith('schedule-');
  return `<D:privilege>${elementOf({ namespace: calendars ? caldav : 'DAV:', name })}</D:privilege>`;
}

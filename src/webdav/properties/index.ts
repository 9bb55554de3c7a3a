/**
 * properties: the live properties of DAV itself, one file for each document that specifies them, and how what a request
 * asks of many resources is read (`plan`) and what it wants changed is understood (`changes`).
 *
 * - A request's wish is compiled once; the row of a resource is then a join of strings, and waits only where a value
 *   has to be waited for.
 * - A name that is declared and nowhere writable is protected everywhere; any other is a dead property, kept as it was
 *   written (RFC 4918 §4.3).
 */
import type { LiveProperty } from '../types.ts';
import { supportedProperties } from './3253-supported.ts';
import { aclProperties } from './3744-acl.ts';
import { principalProperties } from './3744-principals.ts';
import { quotaProperties } from './4331-quota.ts';
import { basicProperties } from './4918-basic.ts';
import { lockProperties } from './4918-locks.ts';
import { searchProperties } from './5323-search.ts';
import { currentUserPrincipal } from './5397-current-user-principal.ts';
import { addMember } from './5995-add-member.ts';
import { syncToken } from './6578-sync-token.ts';
import { collectionTag } from './calendarserver.ts';
import { microsoftProperties } from './microsoft.ts';

/** The live properties of DAV itself, in the order in which DAV:allprop answers them. */
export const davProperties: readonly LiveProperty[] = [
  ...basicProperties,
  ...lockProperties,
  ...quotaProperties,
  currentUserPrincipal,
  ...aclProperties,
  ...principalProperties,
  ...supportedProperties,
  ...searchProperties,
  syncToken,
  addMember,
  collectionTag,
  ...microsoftProperties,
];

export { readSyncTokenUri, syncTokenUri } from './6578-sync-token.ts';
export { type PropertyRequest, type PropertyVerdict, readPropertyChanges, verdictXml } from './changes.ts';
export { type Plan, planOf, propstat, type Wish } from './plan.ts';
export { sendRows } from './rows.ts';

/**
 * reports: what REPORT answers, one value for each report (RFC 3253 §3.6); each names what the visitor must be allowed.
 *
 * - sync-collection costs what changed, and is cut at `syncRowsMax` with a token to go on from.
 * - Principals: members learn of each other name and address, found by a part of them; nobody lists everybody.
 */
import type { DavReport } from '../types.ts';
import { expandProperty } from './expand-property.ts';
import { aclPrincipalPropSet, principalMatch } from './principals.ts';
import { syncCollection } from './sync-collection.ts';

/** Those of any resource; how principals are found is in `principals/extension.ts`, for that takes the accounts. */
export const davReports: readonly DavReport[] = [
  syncCollection,
  expandProperty,
  aclPrincipalPropSet,
  principalMatch,
];

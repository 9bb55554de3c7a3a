import type { Collection, LiveProperty, Resource } from '../types.ts';
import { davProperty } from './live.ts';

/** What stands before a collection's token in DAV:sync-token, which must be a URI (RFC 6578 §4). */
const tokenPrefix = 'data:,';

export const syncTokenUri = (token: string) => tokenPrefix + encodeURIComponent(token);

/** Null for what is no token of ours. */
export function readSyncTokenUri(uri: string): string | null {
  if (!uri.startsWith(tokenPrefix)) return null;
  try {
    return decodeURIComponent(uri.slice(tokenPrefix.length));
  } catch {
    return null;
  }
}

export const canSync = (resource: Resource) => resource.isCollection && syncOf(resource) !== undefined;
export const syncOf = (resource: Resource) => (resource as Collection).sync;

/** RFC 6578 §4; DAV:allprop leaves it out. */
export const syncToken: LiveProperty = davProperty(
  'sync-token',
  '6578 §4',
  async (resource) => {
    const token = await syncOf(resource)?.token();
    return token === undefined ? undefined : syncTokenUri(token);
  },
  { on: canSync },
);

import {
  CollectionResource,
  type Depth,
  type Exchange,
  HomeResource,
  ItemResource,
  type Resource,
  readDepth,
} from '../../webdav/index.ts';
import { kinds } from '../names.ts';
import { onObjectHolders } from '../properties/kinds.ts';

/** Where calendar objects are asked for: at one, in a calendar, in all calendars of a home. */
export const inScope = (resource: Resource): boolean =>
  resource.kind === kinds.home || resource.kind === kinds.item || onObjectHolders(resource);

export interface Scope {
  readonly collections: readonly CollectionResource[];
  readonly item: ItemResource | null;
}

const nowhere: Scope = { collections: [], item: null };

/** What a report is about. Without a Depth it is what lies in the calendar (RFC 4791 §7.8 as clients read it). */
export async function scopeOf(exchange: Exchange, resource: Resource): Promise<Scope> {
  const depth: Depth = readDepth(exchange) ?? '1';
  if (resource instanceof ItemResource) return { collections: [], item: resource };
  if (depth === '0') return nowhere;
  if (resource instanceof CollectionResource) return { collections: [resource], item: null };
  if (!(resource instanceof HomeResource) || depth !== 'infinity') return nowhere;
  const collections: CollectionResource[] = [];
  for await (const page of resource.members({ dead: false })) {
    for (const each of page) if (onObjectHolders(each)) collections.push(each);
  }
  return { collections, item: null };
}

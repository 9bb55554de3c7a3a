import type { Home } from '../../../stores/collections/index.ts';
import { readDepth } from '../../server/headers.ts';
import type { Exchange, Resource } from '../../types.ts';
import { CollectionResource } from '../collection.ts';
import { HomeResource } from '../home.ts';
import { ItemResource } from '../item.ts';

/** Where items of a home are asked for: at one, in a collection, in all of the home. */
export const inHome =
  (home: Home) =>
  (resource: Resource): boolean => {
    if (resource instanceof ItemResource) return resource.collection.row.home === home;
    if (resource instanceof CollectionResource) return resource.row.home === home;
    return resource instanceof HomeResource && resource.scene.flavor.home === home;
  };

/** The collections that a report looks into. Without a Depth it is what lies in the collection, as clients mean it. */
export async function collectionsAt(
  exchange: Exchange,
  resource: Resource,
  inside = false,
): Promise<readonly CollectionResource[]> {
  const depth = readDepth(exchange) ?? '1';
  if (depth === '0' && !inside) return [];
  if (resource instanceof CollectionResource) return [resource];
  if (!(resource instanceof HomeResource) || depth !== 'infinity') return [];
  const collections: CollectionResource[] = [];
  for await (const page of resource.members({ dead: false })) {
    for (const each of page)
      if (each instanceof CollectionResource && each.may('read')) collections.push(each);
  }
  return collections;
}

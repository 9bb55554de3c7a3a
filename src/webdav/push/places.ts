import { publicAccount } from '../../accounts/index.ts';
import { CollectionResource, HomeResource } from '../collections/index.ts';
import type { Resource } from '../types.ts';

/** What can be watched: as registrations name it, with what can be told of it. */
export interface Place {
  readonly account: number;
  /** The id of a collection, or the name of a home. */
  readonly place: string;
  /** Whether changes of its own properties are told; those of its members are. */
  readonly properties: boolean;
}

export const placeOfCollection = (collection: number): string => `${collection}`;

/** Null: nothing is told of it. */
export function placeOf(resource: Resource): Place | null {
  if (resource instanceof CollectionResource) {
    const { account, id } = resource.row;
    // The directory changes with the members, and is everybody's.
    if (account === publicAccount) return null;
    return { account, place: placeOfCollection(id), properties: true };
  }
  if (resource instanceof HomeResource && resource.scene.right === 'own') {
    const { account, flavor } = resource.scene;
    return { account, place: flavor.home, properties: false };
  }
  return null;
}

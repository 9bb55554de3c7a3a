import { bareFolder, looksOnly } from '../bare.ts';
import type { Collection, Resource, Visit } from '../types.ts';

/** The collection that the spaces stand in; nobody writes into it. */
export function rootCollection(visit: Visit): Collection {
  return {
    ...bareFolder([]),
    kind: 'root',
    may: looksOnly,
    async *members() {
      const roots: Resource[] = [];
      for (const space of visit.dav.spaces) {
        const { resource } = await space.find(visit, []);
        if (resource?.may('read')) roots.push(resource);
      }
      yield roots;
    },
  };
}

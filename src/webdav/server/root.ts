import type { Collection, Resource, Visit } from '../types.ts';

/** The collection that the spaces stand in; nobody writes into it. */
export function rootCollection(visit: Visit): Collection {
  return {
    kind: 'root',
    path: [],
    isCollection: true,
    etag: null,
    displayName: '',
    length: null,
    type: null,
    modifiedMs: null,
    createdMs: null,
    owner: null,
    may: (privilege) => privilege === 'read' || privilege === 'read-current-user-privilege-set',
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

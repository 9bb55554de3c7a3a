import type { Collection, Resource } from '../types.ts';

/** Everything below a resource, a folder before what is in it; `wanted` as in `Collection.members`. */
export async function* below(
  resource: Resource,
  wanted: { readonly dead: boolean; readonly locks: boolean },
): AsyncGenerator<Resource> {
  if (!resource.isCollection) return;
  for await (const page of (resource as Collection).members(wanted)) {
    for (const member of page) {
      yield member;
      if (member.isCollection) yield* below(member, wanted);
    }
  }
}

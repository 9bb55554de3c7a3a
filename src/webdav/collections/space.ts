import type { Member } from '../../accounts/index.ts';
import { bareFolder, looksOnly, nothing } from '../bare.ts';
import { memberPath } from '../principals/principal.ts';
import type { Collection, Found, Space, Visit } from '../types.ts';
import { CollectionResource } from './collection.ts';
import { delegatedRight } from './delegated.ts';
import { HomeResource } from './home.ts';
import type { CollectionsHouse, Flavor } from './house.ts';
import type { Right } from './rights.ts';

/** `/dav/<home>/<member>/<collection>/<item>`: for the member, and for who acts for them. To others nobody is there. */
export function collectionsSpace(house: CollectionsHouse, flavor: Flavor): Space {
  return {
    name: flavor.home,
    async find(visit, path) {
      const [handle, name, item, ...more] = path;
      if (visit.visitor.kind !== 'member') return nothing;
      if (handle === undefined) return { ...nothing, resource: homes(house, flavor, visit) };
      const home = await homeOf(house, flavor, visit, handle);
      if (home === null) return nothing;
      if (name === undefined) return { resource: home, parent: null, name: '' };
      return findIn(home, name, item, more);
    },
  };
}

async function findIn(
  home: HomeResource,
  name: string,
  item: string | undefined,
  more: readonly string[],
): Promise<Found> {
  const resource = await home.find(name);
  if (item === undefined) return { resource, parent: home, name };
  if (!(resource instanceof CollectionResource)) {
    // What stands beside the collections, such as the outbox, has nothing in it that can be found by its name.
    const parent = resource?.isCollection && more.length === 0 ? (resource as Collection) : null;
    return { resource: null, parent, name: item };
  }
  const { account, id } = resource.row;
  const row = await home.scene.house.collections.item(account, id, item);
  if (more.length > 0) return { resource: null, parent: null, name: more.at(-1) ?? '' };
  return { resource: row && resource.item(row), parent: resource, name: item };
}

/** A member's home as the visitor may see it; null where they may not. */
export async function homeOf(
  house: CollectionsHouse,
  flavor: Flavor,
  visit: Visit,
  handle: string,
): Promise<HomeResource | null> {
  const { visitor } = visit;
  if (visitor.kind !== 'member') return null;
  const member = handle === visitor.handle ? visitor.member : await house.accounts.byName(handle);
  if (member === null) return null;
  const right = await rightAt(house, flavor, visit, member);
  if (right === null) return null;
  const owner = memberPath({ handle: house.accounts.handleOf(member), member });
  const scene = { house, flavor, visit, account: member.id, right, owner };
  return new HomeResource(scene, [flavor.home, handle]);
}

/** As oneself, or as who acts for somebody. */
async function rightAt(
  house: CollectionsHouse,
  { home }: Flavor,
  { visitor }: Visit,
  member: Member,
): Promise<Right | null> {
  if (visitor.kind !== 'member') return null;
  if (member.id === visitor.member.id) return 'own';
  if (member.disabled || home !== 'calendars') return null;
  return delegatedRight(house, { member: visitor.member.id, groups: visitor.groups }, member.id);
}

/** What lies above the homes: for each visitor there is one. */
function homes(house: CollectionsHouse, flavor: Flavor, visit: Visit): Collection {
  const { visitor } = visit;
  return {
    ...bareFolder([flavor.home]),
    kind: 'space',
    may: looksOnly,
    async *members() {
      if (visitor.kind !== 'member') return;
      const home = await homeOf(house, flavor, visit, visitor.handle);
      if (home) yield [home];
    },
  };
}

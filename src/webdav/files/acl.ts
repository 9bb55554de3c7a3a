import type { Share } from '../../stores/files/index.ts';
import { groupPath, memberPath } from '../principals/principal.ts';
import type { Ace } from '../types.ts';
import type { Placed, Scene } from './house.ts';
import { privilegesOf } from './reach.ts';

/** Shares of the node and of the folders above it; for its owner alone (RFC 3744 §3.5). */
export async function acesOf({ scene, node, trail, path }: Placed): Promise<readonly Ace[]> {
  if (scene.reach.right !== 'own') return [];
  const { sharing } = scene.house;
  const aces: Ace[] = [];
  for (const share of await sharing.sharesOf(node.account, node.id))
    aces.push(...(await aceOf(share, null, scene)));
  for (const [index, id] of trail.entries()) {
    const from = path.slice(0, scene.reach.path.length + index);
    for (const share of await sharing.sharesOf(node.account, id))
      aces.push(...(await aceOf(share, from, scene)));
  }
  return aces;
}

async function aceOf(
  { to, rights }: Share,
  inherited: Ace['inherited'],
  { house }: Scene,
): Promise<readonly Ace[]> {
  const privileges = privilegesOf(rights);
  if (to.kind === 'group') return [{ principal: groupPath(to.address), privileges, inherited }];
  const member = await house.accounts.member(to.member);
  if (!member) return [];
  const principal = memberPath({ handle: house.accounts.handleOf(member), member });
  return [{ principal, privileges, inherited }];
}

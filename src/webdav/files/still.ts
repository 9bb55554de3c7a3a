import { StoreError } from '../../base/index.ts';
import type { FileNode, Place } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import type { DavPrivilege } from '../types.ts';
import type { Scene } from './house.ts';
import { allows, type Right } from './reach.ts';

/**
 * What was judged before a body came is judged again when it is there: meanwhile a share or a link may have ended, or its
 * visitor be locked out. `existing`: whose content it was to replace. DavError 403, StoreError 'conflict'.
 */
export async function demandStill(scene: Scene, place: Place, existing?: FileNode): Promise<void> {
  const node = await demandReached(scene, existing?.id ?? place.folder, existing ? 'write-content' : 'bind');
  if (existing && !isWhere(existing, node)) throw left();
}

/** The same of whatever is within reach; answers it as it is now. */
export async function demandReached(
  scene: Scene,
  node: number,
  ...privileges: readonly DavPrivilege[]
): Promise<FileNode> {
  const { house, reach } = scene;
  const chain = await house.files.chain(reach.account, node);
  const [first] = chain;
  if (!first || !chain.some(({ id }) => id === reach.top.id)) throw left();
  if (!(await isAllowed(scene, privileges))) throw new DavError(403, 'that is not allowed any more');
  return first;
}

const left = () => new StoreError('conflict', 'it has left its place meanwhile');

const isWhere = (was: FileNode, now: FileNode) => now.parent === was.parent && now.name === was.name;

async function isAllowed(
  { house, visit, reach }: Scene,
  privileges: readonly DavPrivilege[],
): Promise<boolean> {
  const { visitor } = visit;
  const allow = (right: Right) => privileges.every((each) => allows(right, each));
  const isTop = (account: number, node: number) => account === reach.account && node === reach.top.id;
  if (visitor.kind === 'guest') {
    const link = await house.sharing.link(visitor.token);
    return link !== null && isTop(link.account, link.node) && allow(link.rights);
  }
  const member = await house.accounts.member(visitor.member.id);
  if (!member || member.disabled) return false;
  if (reach.right === 'own') return true;
  const received = await house.sharing.receivedBy(member.id, await house.accounts.groupsOf(member.id));
  return received.some(({ node, rights }) => isTop(node.account, node.id) && allow(rights));
}

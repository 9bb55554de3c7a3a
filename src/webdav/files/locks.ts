import type { FileLock } from '../../stores/files/index.ts';
import type { ActiveLock, LockAbility, LockWish, Visit, WriteOptions } from '../types.ts';
import { expectOf } from './etags.ts';
import type { Placed } from './house.ts';
import { byOf, discreetly } from './writes.ts';

/** The locks of a file or folder, as the visitor may see them. */
export function locksOf(entry: Placed): LockAbility {
  const { files } = entry.scene.house;
  const { account, id } = entry.node;
  return {
    active() {
      const show = (held: readonly FileLock[]) => held.map((lock) => shown(lock, entry));
      return entry.held ? show(entry.held) : heldBy(entry).then(show);
    },
    async take(wish: LockWish, { visit, seen }: WriteOptions) {
      entry.held = null;
      const wished = files.lock(
        {
          ...wish,
          untilMs: entry.scene.reach.endsMs ?? 0,
          account,
          node: id,
          principal: principalOf(visit),
          root: visit.href(entry),
        },
        expectOf(seen, entry.node).expect,
      );
      const lock = await discreetly(entry.scene, wished);
      return shown(lock, entry);
    },
    async refresh(token: string, seconds: number, { visit }: WriteOptions) {
      entry.held = null;
      const untilMs = entry.scene.reach.endsMs ?? 0;
      const lock = await files.refreshLock(account, id, token, principalOf(visit), seconds, untilMs);
      return lock && shown(lock, entry);
    },
    release(token: string, { visit }: WriteOptions) {
      entry.held = null;
      return files.unlock(account, id, token, principalOf(visit));
    },
  };
}

/** The locks of the store that hold at an entry, asked for once. */
export async function heldBy(entry: Placed): Promise<readonly FileLock[]> {
  const { account, id } = entry.node;
  entry.held ??= await entry.scene.house.files.locksOn(account, id);
  return entry.held;
}

function principalOf(visit: Visit): number {
  const { member, principal = member } = byOf(visit);
  return principal;
}

/** A lock of somebody else is shown by the visitor's own path of the place: their names are nobody's business. */
function shown(lock: FileLock, entry: Placed): ActiveLock {
  const { token, scope, depth, owner, expiresMs, principal } = lock;
  const root = principal === principalOf(entry.scene.visit) ? lock.root : pathOf(lock.node, entry);
  return { token, scope, depth, owner, root, expiresMs };
}

function pathOf(node: number, entry: Placed): string {
  const { visit, reach } = entry.scene;
  if (node === entry.node.id) return visit.href(entry);
  const above = entry.trail.indexOf(node);
  const path = above < 0 ? reach.path : entry.path.slice(0, reach.path.length + above);
  return visit.href({ path, isCollection: true });
}

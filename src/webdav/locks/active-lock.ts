import { textOf } from '../prefixes.ts';
import type { ActiveLock, Visit, Xml } from '../types.ts';

/** DAV:activelock (RFC 4918 §14.1). The token is for who holds it; who else may see the lock learns that there is one. */
export function activeLockXml(lock: ActiveLock, { clock }: Visit): Xml {
  const { token, scope, depth, owner, root, expiresMs } = lock;
  const seconds = Math.max(0, Math.ceil((expiresMs - clock.nowMs()) / 1000));
  return (
    `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${scope}/></D:lockscope>` +
    `<D:depth>${depth}</D:depth>${owner === '' ? '' : `<D:owner>${owner}</D:owner>`}` +
    `<D:timeout>Second-${seconds}</D:timeout><D:locktoken><D:href>${textOf(token)}</D:href></D:locktoken>` +
    `<D:lockroot><D:href>${textOf(root)}</D:href></D:lockroot></D:activelock>`
  );
}

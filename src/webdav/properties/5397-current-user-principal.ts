import { memberPath } from '../principals/principal.ts';
import type { LiveProperty, Visit } from '../types.ts';
import { davProperty, hrefElement } from './live.ts';

/** RFC 5397 §3. Who has not signed in is asked to before anything is read; who holds a public link is nobody. */
export const currentUserPrincipal: LiveProperty = davProperty(
  'current-user-principal',
  '5397 §3',
  (_, visit) => principalOf(visit) ?? '<D:unauthenticated/>',
);

export function principalOf(visit: Visit): string | null {
  const { visitor } = visit;
  return visitor.kind === 'member' ? hrefElement(visit, memberPath(visitor)) : null;
}

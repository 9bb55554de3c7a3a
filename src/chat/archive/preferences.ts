import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';
import type { HomeState } from '../../stores/conversations/index.ts';

/** XEP-0441 §2: whether what is said to and by the other is to be archived. Who is named counts before the rest. */
export function isArchived(
  { preferences, contacts }: Pick<HomeState, 'preferences' | 'contacts'>,
  other: Jid,
): boolean {
  if (preferences === null) return true;
  const names = [jidText(other), bareText(other)];
  const isNamed = (list: readonly string[]) => names.some((name) => list.includes(name));
  if (isNamed(preferences.never)) return false;
  if (isNamed(preferences.always)) return true;
  if (preferences.standard !== 'roster') return preferences.standard === 'always';
  return contacts.get(bareText(other))?.listed === true;
}

import type { Actor } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';

/** What is about whoever asks, and about nobody else: no path of it has a number of a person. */
export const mine = {
  method: 'GET',
  tag: 'me',
  privilege: 'own',
  params: null,
  query: null,
  body: null,
} as const;
export const asks = { method: 'POST', tag: 'me', privilege: 'own', params: null, query: null } as const;

/** Who asks, by their number in the register. Refuses with E_NOT_MEMBER where the account is nobody's who is in it. */
export function numberOf({ member }: Actor): number {
  if (member === 0) throw refusal('E_NOT_MEMBER', 'nobody in the register has this account');
  return member;
}

/** What is one's own; of what is another's it is not told that it is there. Refuses with E_NOT_FOUND. */
export function ownOf<Row>(actor: Actor, row: Row | null, person: (row: Row) => number, words: string): Row {
  const own = numberOf(actor);
  if (row === null || person(row) !== own) throw refusal('E_NOT_FOUND', words);
  return row;
}

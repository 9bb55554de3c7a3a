import type { Accounts } from '../../accounts/index.ts';
import type { CollectionsHouse } from '../collections/index.ts';

/** What sharing stands on. */
export interface SharingHouse extends CollectionsHouse {
  readonly accounts: Pick<
    Accounts,
    'byName' | 'byAddress' | 'group' | 'member' | 'handleOf' | 'groupsOf' | 'ownedAmong' | 'resolve'
  >;
}

import type { Networks } from '../../net/index.ts';
import type { PushStore } from '../../stores/push/index.ts';
import type { CollectionsHouse } from '../collections/index.ts';
import type { PushKeys } from './keys.ts';

/** What push stands on. */
export interface PushHouse extends CollectionsHouse {
  readonly push: PushStore;
  readonly keys: PushKeys;
  /** Addresses that are not of the internet and may be told all the same. */
  networks(): Networks;
}

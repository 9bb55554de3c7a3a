import { type Clock, randomToken } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { collectionsOperations as operations } from './module.ts';
import type { Shared, ShareRow } from './scripts/sharing.ts';
import { shownCollection } from './shown.ts';
import type {
  CollectionSharing,
  Delegate,
  Home,
  Moved,
  Publication,
  Received,
  Share,
  ShareRights,
} from './types.ts';

interface To {
  readonly member: number;
  readonly group: string;
}

const shownShare = ({ address, created, ...row }: ShareRow): Share => ({
  ...row,
  group: address,
  createdMs: created,
});

const shownDelegate = ({ address, ...row }: Omit<Delegate, 'group'> & { address: string }): Delegate => ({
  ...row,
  group: address,
});

const shownPublication = ({
  created,
  ...row
}: Omit<Publication, 'createdMs'> & { created: number }): Publication => ({
  ...row,
  createdMs: created,
});

/** Shares, delegates and publications over one database. */
export class SharingStore implements CollectionSharing {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #tell: (moved: Moved) => void;

  constructor(database: Database, clock: Clock, tell: (moved: Moved) => void) {
    this.#database = database;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Tells who listens, once it is durable. */
  #told<T>(account: number, collection: number, { done, home, members }: Shared<T>): T {
    this.#tell({ account, collection, quiet: [], what: 'shared', home, members });
    return done;
  }

  async sharesOf(account: number, collection: number): Promise<readonly Share[]> {
    return (await this.#database.call(operations.sharesOf, { account, collection })).map(shownShare);
  }

  async received(member: number, groups: readonly string[], home: Home): Promise<readonly Received[]> {
    const found = await this.#database.call(operations.received, { member, groups, home });
    return found.map(({ collection, share }) => ({
      collection: shownCollection(collection),
      share: shownShare(share),
    }));
  }

  async rightsIn(
    member: number,
    groups: readonly string[],
    account: number,
    collection: number,
  ): Promise<ShareRights | null> {
    const args = { member, groups, account, collection };
    const share = await this.#database.call(operations.standingIn, args);
    return share?.state === 'accepted' ? share.rights : null;
  }

  async give(
    account: number,
    collection: number,
    to: To,
    wish: { readonly rights: ShareRights; readonly summary: string; readonly accepted?: boolean },
  ): Promise<Share> {
    const { rights, summary, accepted = false } = wish;
    const receiver = { member: to.member, address: to.group };
    const args = { account, collection, ...receiver, rights, summary, accepted, now: this.#clock.nowMs() };
    return shownShare(this.#told(account, collection, await this.#database.call(operations.give, args)));
  }

  async takeBack(account: number, collection: number, from: To): Promise<boolean> {
    const args = { account, collection, member: from.member, address: from.group };
    const shared = await this.#database.call(operations.takeBack, args);
    return shared !== null && this.#told(account, collection, shared);
  }

  async answer(
    member: number,
    groups: readonly string[],
    account: number,
    collection: number,
    answer: Parameters<CollectionSharing['answer']>[4],
  ): Promise<Share> {
    const { state = null, details = null } = answer;
    const args = { member, groups, account, collection, state, details, now: this.#clock.nowMs() };
    return shownShare(this.#told(account, collection, await this.#database.call(operations.answer, args)));
  }

  async delegates(account: number): Promise<readonly Delegate[]> {
    return (await this.#database.call(operations.delegates, { account })).map(shownDelegate);
  }

  setDelegates(account: number, rights: Delegate['rights'], to: readonly To[]): Promise<void> {
    const receivers = to.map(({ member, group }) => ({ member, address: group }));
    return this.#database.call(operations.setDelegates, { account, rights, to: receivers });
  }

  async delegatedTo(member: number, groups: readonly string[]): Promise<readonly Delegate[]> {
    return (await this.#database.call(operations.delegatedTo, { member, groups })).map(shownDelegate);
  }

  async forgetGroup(group: string): Promise<void> {
    if (group !== '') await this.#database.call(operations.forgetGroup, { address: group });
  }

  async publish(account: number, collection: number, rights: Publication['rights']): Promise<Publication> {
    const args = { account, collection, rights, token: randomToken(), now: this.#clock.nowMs() };
    return shownPublication(await this.#database.call(operations.publish, args));
  }

  unpublish(account: number, collection: number): Promise<boolean> {
    return this.#database.call(operations.unpublish, { account, collection });
  }

  async publication(token: string): Promise<Publication | null> {
    const found = await this.#database.call(operations.publication, { token });
    return found && shownPublication(found);
  }

  async publicationOf(account: number, collection: number): Promise<Publication | null> {
    const found = await this.#database.call(operations.publicationOf, { account, collection });
    return found && shownPublication(found);
  }
}

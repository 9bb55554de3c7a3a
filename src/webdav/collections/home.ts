import { StoreError } from '../../base/index.ts';
import type { CollectionRow, Received } from '../../stores/collections/index.ts';
import { Bare } from '../bare.ts';
import { memberPath } from '../principals/principal.ts';
import type {
  Collection,
  DavPrivilege,
  PropertyChanges,
  QName,
  Resource,
  WriteOptions,
  Written,
} from '../types.ts';
import { CollectionResource } from './collection.ts';
import { newDetails, splitChanges } from './details.ts';
import type { Scene } from './house.ts';
import { inboxName, receivedName } from './names.ts';
import { allowsAtHome } from './rights.ts';

/** All collections of one member: their own, then what others share with them. */
export class HomeResource extends Bare implements Collection {
  readonly kind: string;
  readonly isCollection = true;
  readonly scene: Scene;
  readonly patch?: (changes: PropertyChanges, options: WriteOptions) => Promise<void>;

  constructor(scene: Scene, path: readonly string[]) {
    super(path);
    this.scene = scene;
    this.kind = scene.flavor.kinds.home;
    const { patchHome } = scene.flavor;
    if (patchHome) this.patch = (changes) => patchHome(scene, changes);
  }

  override get owner(): readonly string[] | null {
    return this.scene.owner;
  }

  sets(_: QName, key: string | null): boolean {
    return key !== null && this.scene.flavor.setsAtHome?.(key) === true;
  }

  may(privilege: DavPrivilege): boolean {
    return allowsAtHome(this.scene.right, privilege);
  }

  /** Their own, made where there are none yet. */
  async rows(): Promise<readonly CollectionRow[]> {
    const { house, flavor, account } = this.scene;
    const rows = await house.collections.collections(account, flavor.home);
    if (rows.length > 0) return rows;
    const member = await house.accounts.member(account);
    if (member === null) return [];
    const { name, details } = flavor.personal(member);
    const { home, kind } = flavor;
    try {
      await house.collections.makeCollection(account, { home, kind, name, details });
    } catch (error) {
      // Two devices came at once.
      if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
    }
    return house.collections.collections(account, flavor.home);
  }

  async *members(wanted: { readonly dead: boolean }): AsyncIterable<readonly Resource[]> {
    const { house, flavor, account } = this.scene;
    const own = (await this.rows()).map((row) => this.child(row));
    if (wanted.dead) {
      await Promise.all(
        own.map(async (each) => {
          each.dead = await house.collections.properties(account, each.row.id);
        }),
      );
    }
    yield own;
    const received = await this.received();
    if (received.length > 0) yield received;
    const besides = (await flavor.besides?.(this.scene, this.path)) ?? [];
    if (besides.length > 0) yield besides;
  }

  child(row: CollectionRow): CollectionResource {
    return new CollectionResource(this.scene, [...this.path, row.name], row);
  }

  /** What others share with its owner and they have accepted. A delegate sees what is the owner's alone. */
  async received(): Promise<readonly CollectionResource[]> {
    const { house, flavor, visit, right } = this.scene;
    const { visitor } = visit;
    if (right !== 'own' || visitor.kind !== 'member') return [];
    const { id } = visitor.member;
    const all = await house.collections.sharing.received(id, visitor.groups, flavor.home);
    const accepted = all.filter(({ share }) => share.state === 'accepted');
    return Promise.all(accepted.map((each) => this.#receivedChild(each)));
  }

  async #receivedChild({ collection, share }: Received): Promise<CollectionResource> {
    const { house, flavor, visit } = this.scene;
    const owner = await house.accounts.member(collection.account);
    const scene = {
      house,
      flavor,
      visit,
      account: collection.account,
      right: share.rights,
      owner: owner && memberPath({ handle: house.accounts.handleOf(owner), member: owner }),
    };
    const name = receivedName(owner === null ? 'coop' : house.accounts.handleOf(owner), collection.id);
    return new CollectionResource(scene, [...this.path, name], collection, share);
  }

  /** What stands in it by that name. */
  async find(name: string): Promise<Resource | null> {
    const { house, flavor, account } = this.scene;
    const row = await house.collections.collection(account, flavor.home, name);
    if (row) return this.child(row);
    const besides = (await flavor.besides?.(this.scene, this.path)) ?? [];
    const beside = besides.find(({ path }) => path.at(-1) === name);
    if (beside) return beside;
    if (name.includes('~')) {
      const found = (await this.received()).find(({ path }) => path.at(-1) === name);
      if (found) return found;
    }
    return this.#findFirst(name);
  }

  /** What a new member has from the beginning is there before they ever asked for their home. */
  async #findFirst(name: string): Promise<Resource | null> {
    const { house, flavor, account } = this.scene;
    const member = await house.accounts.member(account);
    if (member === null) return null;
    const first = flavor.personal(member).name;
    if (name !== first && !(flavor.home === 'calendars' && name === inboxName)) return null;
    const row = (await this.rows()).find((each) => each.name === name);
    return row ? this.child(row) : null;
  }

  async makeCollection(
    name: string,
    types: readonly QName[],
    changes: PropertyChanges,
    _: WriteOptions,
  ): Promise<Written> {
    const { house, flavor, account } = this.scene;
    // What everybody has is there first, so that nobody's first calendar is what a client made.
    await this.rows();
    const split = splitChanges(changes, {});
    const details = newDetails(split.details);
    flavor.wanted(types, details);
    const { home, kind } = flavor;
    const { quiet } = this.scene.visit;
    const wish = { home, kind, name, details, properties: split.properties, quiet };
    const row = await house.collections.makeCollection(account, wish);
    return { resource: this.child(row), created: true, verbatim: false };
  }

  async quota() {
    return this.scene.house.collections.quota(this.scene.account);
  }
}

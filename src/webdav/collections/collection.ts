import {
  type CollectionChange,
  type CollectionRow,
  type Details,
  type Item,
  type ItemRow,
  type KeptProperty,
  retoldFrom,
  type Share,
} from '../../stores/collections/index.ts';
import { Bare } from '../bare.ts';
import { DavError } from '../errors.ts';
import { groupPath, memberPath } from '../principals/principal.ts';
import type {
  Ace,
  Collection,
  Content,
  DavPrivilege,
  PropertyChanges,
  QName,
  Ready,
  Resource,
  SyncAbility,
  WriteOptions,
  Written,
} from '../types.ts';
import { batchesOf } from './batches.ts';
import { delegatedRight } from './delegated.ts';
import { detailOfKey, overlaid, splitChanges } from './details.ts';
import type { Scene } from './house.ts';
import { ItemResource } from './item.ts';
import { allows, isReceived, privilegesOf } from './rights.ts';
import { WholeCollection } from './whole.ts';
import { readWhole, storeItem } from './writes.ts';

/** A calendar, an inbox or an address book, as one visitor sees it. */
export class CollectionResource extends Bare implements Collection {
  readonly kind: string;
  readonly isCollection = true;
  readonly scene: Scene;
  readonly row: CollectionRow;
  /** By which it came; null for the owner and who acts for them. */
  readonly share: Share | null;
  readonly details: Details;
  /** Read beforehand, for a listing. */
  dead: readonly KeptProperty[] | null = null;

  constructor(scene: Scene, path: readonly string[], row: CollectionRow, share: Share | null = null) {
    super(path);
    this.scene = scene;
    this.row = row;
    this.share = share;
    this.kind = scene.flavor.collectionKind(row);
    this.details = share ? overlaid(row.details, share.details) : row.details;
  }

  get types(): readonly QName[] {
    return this.scene.flavor.types(this.row);
  }

  /** Whether others have it too, in the words of Apple's clients. */
  moreTypes(): Ready<readonly QName[]> {
    if (this.share) return [sharedType];
    if (this.scene.right !== 'own' || this.row.kind === 'inbox') return [];
    const { account, id } = this.row;
    const shares = this.scene.house.collections.sharing.sharesOf(account, id);
    return shares.then(({ length }) => (length > 0 ? [sharedOwnerType] : []));
  }

  /** Changes with everything in it: what clients ask for as CS:getctag. */
  override get etag(): string {
    const { account, id, modseq } = this.row;
    return `"${account.toString(36)}-${id.toString(36)}-${modseq.toString(36)}${this.#sight}"`;
  }

  override get displayName(): string {
    return this.details.displayName ?? this.row.name;
  }

  override get modifiedMs(): number {
    return this.row.modifiedMs;
  }

  override get createdMs(): number {
    return this.row.createdMs;
  }

  override get owner(): readonly string[] | null {
    return this.scene.owner;
  }

  may(privilege: DavPrivilege): boolean {
    const { flavor, right } = this.scene;
    // What the server reads from elsewhere is as it is there.
    if (this.row.details.source !== undefined && changesItems.has(privilege)) return false;
    return flavor.may?.(this.row, right, privilege) ?? allows(right, privilege);
  }

  item(row: ItemRow, bytes?: Buffer): ItemResource {
    return new ItemResource(this, row, bytes);
  }

  /** Those of the names that are there, with their bytes. */
  async itemsNamed(names: readonly string[]): Promise<readonly ItemResource[]> {
    const { account, id } = this.row;
    const found: readonly Item[] = await this.scene.house.collections.itemsNamed(account, id, names);
    return found.map((each) => this.item(each, each.bytes));
  }

  async *withContent(items: readonly Resource[]): AsyncIterable<readonly ItemResource[]> {
    for (const batch of batchesOf(items.filter((each) => each instanceof ItemResource)))
      yield await this.itemsNamed(batch.map(({ row }) => row.name));
  }

  /** All that is in it, as one text. */
  whole(): Resource | null {
    return this.row.kind === 'inbox' ? null : new WholeCollection(this, this.scene.flavor.whole);
  }

  async *members(): AsyncIterable<readonly Resource[]> {
    const { account, id } = this.row;
    for await (const page of this.scene.house.collections.items(account, id)) {
      yield page.map((row) => this.item(row));
    }
  }

  async create(name: string, content: Content, options: WriteOptions): Promise<Written> {
    const bytes = await readWhole(this, content);
    return storeItem(this, { name, bytes, type: content.type, existing: null, options });
  }

  /** RFC 4791 §5.3.1.1, RFC 6352 §5.2 */
  async makeCollection(): Promise<Written> {
    const { location } = this.scene.flavor.conditions;
    const parts = location === undefined ? {} : { condition: location };
    throw new DavError(403, 'there are no collections in it', parts);
  }

  get sync(): SyncAbility {
    const { account, id } = this.row;
    const { collections } = this.scene.house;
    return {
      token: async () => (await collections.syncToken(account, id)) + this.#sight,
      changes: async (since, max) => {
        const { changed, token, ...rest } = await collections.changes(account, id, this.#known(since), max);
        return { ...rest, token: token + this.#sight, changed: changed.map((row) => this.item(row)) };
      },
    };
  }

  /** How all that is in it is seen, which a share that is changed changes: behind its tag and its tokens. */
  get #sight(): string {
    return this.scene.right === 'busy' ? busySight : '';
  }

  /** What the store knows of a token: who saw the items otherwise does not have them. */
  #known(since: string): string {
    const wasBusy = since.endsWith(busySight);
    const token = wasBusy ? since.slice(0, -busySight.length) : since;
    if (since === '' || wasBusy === (this.#sight === busySight)) return token;
    return retoldFrom(token) ?? token;
  }

  async quota() {
    // Of an account that is another's no more is told than what the visitor sees of it.
    if (this.scene.right !== 'own') return { used: this.row.bytes, available: null };
    return this.scene.house.collections.quota(this.row.account);
  }

  deadProperties(): Ready<readonly KeptProperty[]> {
    if (this.share) return [];
    return this.dead ?? this.scene.house.collections.properties(this.row.account, this.row.id);
  }

  sets({ namespace, name }: QName, key: string | null): boolean {
    if (!this.share || (namespace === 'DAV:' && name === 'displayname')) return true;
    const detail = key === null ? null : detailOfKey(key);
    return detail !== null && receivers.has(detail);
  }

  async patch(changes: PropertyChanges, _: WriteOptions): Promise<void> {
    const { collections } = this.scene.house;
    const { account, id } = this.row;
    const { details, properties } = splitChanges(changes, this.details);
    if (this.share) return this.#patchOwnView(details);
    const { quiet } = this.scene.visit;
    const found = (await this.scene.flavor.patching?.(this.scene, this.row, changes)) ?? {};
    await collections.changeCollection(account, id, { details: { ...details, ...found }, properties, quiet });
  }

  /** Who received it has a name and a colour of their own for it; the rest is the owner's. */
  async #patchOwnView(details: NonNullable<CollectionChange['details']>): Promise<void> {
    const { house, visit } = this.scene;
    const { visitor } = visit;
    if (visitor.kind !== 'member') throw new DavError(403, 'only members have it');
    await house.collections.sharing.answer(visitor.member.id, visitor.groups, this.row.account, this.row.id, {
      details,
    });
  }

  async remove(_: WriteOptions): Promise<void> {
    const { house, flavor, visit } = this.scene;
    const { visitor } = visit;
    const { account, id } = this.row;
    if (this.share && visitor.kind === 'member') {
      // What others share goes from sight and stays where it is.
      const declined = { state: 'declined' } as const;
      await house.collections.sharing.answer(visitor.member.id, visitor.groups, account, id, declined);
      return;
    }
    if (this.row.kind === 'inbox') throw new DavError(403, 'the inbox stays where it is');
    await flavor.demandRemovable?.(this.scene, this.row);
    const { jobs } = (await flavor.removingAll?.(this.scene, this.row)) ?? {};
    await house.collections.removeCollection(account, id, jobs, visit.quiet);
  }

  /** Shares, for the owner alone (RFC 3744 §3.5). */
  async acl(): Promise<readonly Ace[]> {
    const { house, right } = this.scene;
    if (right !== 'own') return [];
    const shares = await house.collections.sharing.sharesOf(this.row.account, this.row.id);
    const aces: Ace[] = [];
    for (const share of shares) {
      // A row of a member beside that of their group says what they answered.
      if (share.member !== 0 && share.group !== '') continue;
      const principal = await this.#principalOf(share);
      if (principal) aces.push({ principal, privileges: privilegesOf(share.rights), inherited: null });
    }
    return aces;
  }

  async #principalOf({ member, group }: Share): Promise<readonly string[] | null> {
    if (member === 0) return groupPath(group);
    const { accounts } = this.scene.house;
    const found = await accounts.member(member);
    return found && memberPath({ handle: accounts.handleOf(found), member: found });
  }

  /** Whether the visitor still may, after a body came: meanwhile a share may have ended. */
  async still(privilege: DavPrivilege): Promise<boolean> {
    const { house, visit, right } = this.scene;
    const { visitor } = visit;
    if (visitor.kind !== 'member') return false;
    const member = await house.accounts.member(visitor.member.id);
    if (!member || member.disabled) return false;
    if (right === 'own') return true;
    const { account, id } = this.row;
    const groups = await house.accounts.groupsOf(member.id);
    if (!isReceived(right)) {
      const now = await delegatedRight(house, { member: member.id, groups }, account);
      return now !== null && allows(now, privilege);
    }
    const now = await house.collections.sharing.rightsIn(member.id, groups, account, id);
    return now !== null && allows(now, privilege);
  }
}

const busySight = '-busy';

const sharedType: QName = { namespace: 'http://calendarserver.org/ns/', name: 'shared' };
const sharedOwnerType: QName = { ...sharedType, name: 'shared-owner' };

const changesItems: ReadonlySet<DavPrivilege> = new Set(['write-content', 'bind', 'unbind']);

/** Details that are in the eye of who received a collection. */
const receivers: ReadonlySet<string> = new Set([
  'displayName',
  'description',
  'color',
  'order',
  'transparent',
  'alarms',
]);

import type { FileNode, Received } from '../../stores/files/index.ts';
import { Bare } from '../bare.ts';
import { memberPath } from '../principals/principal.ts';
import type { Collection, DavPrivilege, Resource, SyncAbility } from '../types.ts';
import { type Entry, entryOf, FolderEntry, type Spot } from './entries.ts';
import { digestOf } from './etags.ts';
import type { FilesHouse, Scene } from './house.ts';
import { sameName } from './names.ts';
import { allowsInShared, type Reach } from './reach.ts';

/** `Shared`: what others share with the visitor. It is made by the server and holds nothing of its own. */
export class SharedFolder extends Bare implements Collection {
  readonly kind = 'shared';
  readonly isCollection = true;
  readonly received: readonly Received[];
  readonly #scene: Scene;

  /** `scene`: of the home that it is in. */
  constructor(scene: Scene, path: readonly string[], received: readonly Received[]) {
    super(path);
    this.#scene = scene;
    this.received = received;
  }

  /** Says what is in it; '' where there is nothing. */
  get digest(): string {
    return digestOf(this.received);
  }

  override get etag(): string {
    return `"shared-${this.digest}"`;
  }

  override get owner(): readonly string[] | null {
    return this.#scene.reach.owner;
  }

  override get modifiedMs(): number {
    return Math.max(0, ...this.received.map(({ node }) => node.modifiedMs));
  }

  may(privilege: DavPrivilege): boolean {
    return allowsInShared(privilege);
  }

  /** One of the shares, as it stands here. */
  async entry(received: Received): Promise<Entry> {
    const { house, visit } = this.#scene;
    const path = [...this.path, received.name];
    const reach = await reachOf(house, received, path);
    return entryOf({ house, visit, reach }, { node: received.node, path, trail: [], received });
  }

  /** What lies in one of the shares, or is one. */
  async descendant(of: Pick<FileNode, 'account' | 'id'>): Promise<Entry | null> {
    for (const received of this.received) {
      if (received.node.account !== of.account) continue;
      const entry = await this.entry(received);
      if (received.node.id === of.id) return entry;
      const found = entry instanceof FolderEntry ? await entry.descendant(of) : null;
      if (found) return found;
    }
    return null;
  }

  async *members(): AsyncIterable<readonly Resource[]> {
    if (this.received.length > 0) yield await Promise.all(this.received.map((each) => this.entry(each)));
  }
}

async function reachOf(
  { accounts }: FilesHouse,
  { node, rights, share }: Received,
  path: readonly string[],
): Promise<Reach> {
  const owner = await accounts.member(node.account);
  return {
    account: node.account,
    top: node,
    path,
    right: rights,
    endsMs: share.expiresMs,
    owner: owner && memberPath({ handle: accounts.handleOf(owner), member: owner }),
  };
}

/** A member's tree as they see it themselves: with what others share in it. */
export class HomeEntry extends FolderEntry {
  override readonly kind = 'home';
  readonly #shared: SharedFolder;

  constructor(scene: Scene, spot: Spot, shared: SharedFolder) {
    super(scene, spot);
    this.#shared = shared;
  }

  /** Who watches it for changes sees those in the shares too. */
  override get etag(): string | null {
    const { digest } = this.#shared;
    return digest === '' ? super.etag : `"${digest}-${super.etag?.slice(1)}`;
  }

  override async descendant(of: Pick<FileNode, 'account' | 'id'>): Promise<Entry | null> {
    return (await super.descendant(of)) ?? (await this.#shared.descendant(of));
  }

  override get sync(): SyncAbility {
    return withShared(super.sync, this.#shared);
  }

  override async *members(wanted: { readonly dead: boolean; readonly locks: boolean }) {
    if (this.#shared.received.length > 0) yield [this.#shared];
    for await (const page of super.members(wanted)) {
      yield page.filter(({ displayName }) => !sameName(displayName, this.#shared.displayName));
    }
  }
}

/** Tokens say which shares were seen; they are told of at the end. */
function withShared(sync: SyncAbility, shared: SharedFolder): SyncAbility {
  return {
    token: async () => `${shared.digest}.${await sync.token()}`,
    async changes(since, max) {
      const dot = since.indexOf('.');
      const seen = since.slice(0, Math.max(0, dot));
      const page = await sync.changes(since.slice(dot + 1), max);
      const changed = page.changed.filter(({ displayName }) => !sameName(displayName, shared.displayName));
      if (page.more) return { ...page, changed, token: `${seen}.${page.token}` };
      const token = `${shared.digest}.${page.token}`;
      if (seen === shared.digest) return { ...page, changed, token };
      return shared.digest === ''
        ? { ...page, changed, gone: [...page.gone, `${shared.displayName}/`], token }
        : { ...page, changed: [...changed, shared], token };
    },
  };
}

import { Readable } from 'node:stream';
import { type Clock, StoreError, systemClock } from '../../base/index.ts';
import {
  type ActiveLock,
  type Collection,
  type Content,
  type CopyTarget,
  DavError,
  type Found,
  type LockAbility,
  type Resource,
  type Space,
  type Visit,
  type WriteOptions,
  type Written,
} from '../../webdav/index.ts';

interface Node {
  readonly children: Map<string, Node> | null;
  content: Buffer;
  type: string;
  modifiedMs: number;
  stamp: number;
  dead: Map<string, { namespace: string; name: string; xml: string }>;
  locks: ActiveLock[];
}

/** A tree in memory with everything that a method may ask of a space: for tests of DAV without a store. */
export class MemorySpace implements Space {
  readonly name: string;
  readonly clock: Clock;
  readonly root: Node = this.#node(true);
  /** What a visitor may not; of every resource. */
  readonly denied = new Set<string>();
  #stamps = 0;
  #tokens = 0;

  constructor(name = 'files', clock: Clock = systemClock) {
    this.name = name;
    this.clock = clock;
  }

  #node(folder: boolean): Node {
    return {
      children: folder ? new Map() : null,
      content: Buffer.alloc(0),
      type: '',
      modifiedMs: 0,
      stamp: 0,
      dead: new Map(),
      locks: [],
    };
  }

  /** The text of a file, or undefined where there is none. */
  text(...path: string[]): string | undefined {
    const node = this.#at(path);
    return node && node.children === null ? node.content.toString() : undefined;
  }

  #at(path: readonly string[]): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of path) node = node?.children?.get(name);
    return node;
  }

  async find(visit: Visit, path: readonly string[]): Promise<Found> {
    const node = this.#at(path);
    const above = path.length > 0 ? this.#at(path.slice(0, -1)) : undefined;
    return {
      resource: node ? this.#resource(visit, path, node) : null,
      parent: above?.children ? (this.#resource(visit, path.slice(0, -1), above) as Collection) : null,
      name: path.at(-1) ?? '',
    };
  }

  #changed(node: Node): void {
    node.stamp = ++this.#stamps;
    node.modifiedMs = this.clock.nowMs();
  }

  /** Locks that hold at a path: its own and those of depth infinity above. */
  #locksAt(path: readonly string[]): ActiveLock[] {
    const locks: ActiveLock[] = [];
    for (let depth = 0; depth <= path.length; depth++) {
      for (const lock of this.#at(path.slice(0, depth))?.locks ?? []) {
        if (depth === path.length || lock.depth === 'infinity') locks.push(lock);
      }
    }
    return locks;
  }

  #below(path: readonly string[]): ActiveLock[] {
    const node = this.#at(path);
    const own = node?.locks ?? [];
    return [...own, ...[...(node?.children?.keys() ?? [])].flatMap((name) => this.#below([...path, name]))];
  }

  /** StoreError 'locked' where a lock holds whose token was not submitted. */
  #free(locks: readonly ActiveLock[], { visit }: WriteOptions): void {
    const [first] = locks;
    if (!first || locks.some(({ token }) => visit.tokens.includes(token))) return;
    throw new StoreError('locked', 'it is locked', { root: first.root });
  }

  async #take(
    parent: readonly string[],
    name: string,
    content: Content,
    options: WriteOptions,
  ): Promise<Written> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content.body) chunks.push(chunk);
    const path = [...parent, name];
    const folder = this.#at(parent)?.children;
    if (!folder) throw new StoreError('not-found', 'the folder is gone');
    const before = folder.get(name);
    if (before?.children) throw new StoreError('exists', 'a folder stands there');
    this.#free(this.#locksAt(before ? path : parent), options);
    const etag = before ? etagOf(before) : null;
    if (options.seen && options.seen.etag !== etag) throw new StoreError('conflict', 'it changed');
    const node = before ?? this.#node(false);
    node.content = Buffer.concat(chunks);
    node.type = content.type ?? '';
    this.#changed(node);
    if (content.modifiedMs !== null) node.modifiedMs = content.modifiedMs;
    folder.set(name, node);
    return { resource: this.#resource(options.visit, path, node), created: !before, verbatim: true };
  }

  async #put(
    path: readonly string[],
    to: CopyTarget,
    options: WriteOptions,
    move: boolean,
  ): Promise<Written> {
    const target = [...to.parent.path.slice(1), to.name];
    const node = this.#at(path);
    const folder = this.#at(target.slice(0, -1))?.children;
    if (!node || !folder) throw new StoreError('not-found', 'it is gone');
    const existing = folder.get(to.name);
    this.#free(existing ? this.#below(target) : [], options);
    this.#free(this.#locksAt(existing ? target : target.slice(0, -1)), options);
    if (move) {
      this.#free([...this.#locksAt(path), ...this.#below(path)], options);
      this.#at(path.slice(0, -1))?.children?.delete(path.at(-1) ?? '');
    }
    const placed = this.#copy(node, to.depth === 'infinity');
    placed.locks = existing?.locks ?? [];
    folder.set(to.name, placed);
    const resource = this.#resource(options.visit, target, placed);
    return { resource, created: !existing, verbatim: true };
  }

  #copy(node: Node, whole: boolean): Node {
    const children = node.children && new Map<string, Node>();
    if (whole && children) {
      for (const [name, child] of node.children ?? []) children.set(name, this.#copy(child, true));
    }
    const copied: Node = { ...node, children, dead: new Map(node.dead), locks: [] };
    copied.stamp = ++this.#stamps;
    return copied;
  }

  #locks(visit: Visit, path: readonly string[], node: Node): LockAbility {
    const active = () => this.#locksAt(path);
    return {
      active: async () => active(),
      take: async (wish) => {
        const others = [...active(), ...(wish.depth === 'infinity' ? this.#below(path) : [])];
        const other = others.find(({ scope }) => scope === 'exclusive' || wish.scope === 'exclusive');
        if (other) throw new StoreError('locked', 'it is locked', { root: other.root });
        const lock: ActiveLock = {
          ...wish,
          token: `urn:uuid:00000000-0000-4000-8000-${String(++this.#tokens).padStart(12, '0')}`,
          root: visit.href({ path: [this.name, ...path], isCollection: node.children !== null }),
          expiresMs: this.clock.nowMs() + wish.seconds * 1000,
        };
        node.locks.push(lock);
        return lock;
      },
      refresh: async (token, seconds) => {
        const lock = active().find((each) => each.token === token);
        return lock ? { ...lock, expiresMs: this.clock.nowMs() + seconds * 1000 } : null;
      },
      release: async (token) => {
        const holder = path
          .map((_, at) => this.#at(path.slice(0, path.length - at)))
          .find((each) => each?.locks.some((lock) => lock.token === token));
        if (!holder) return false;
        holder.locks = holder.locks.filter((lock) => lock.token !== token);
        return true;
      },
    };
  }

  #resource(visit: Visit, path: readonly string[], node: Node): Resource {
    const folder = node.children;
    const common: Resource = {
      kind: folder ? 'folder' : 'file',
      path: [this.name, ...path],
      isCollection: folder !== null,
      etag: folder ? null : etagOf(node),
      displayName: path.at(-1) ?? this.name,
      length: folder ? null : node.content.length,
      type: folder ? null : node.type,
      modifiedMs: node.modifiedMs,
      createdMs: node.modifiedMs,
      owner: null,
      may: (privilege) => !this.denied.has(privilege),
      locks: this.#locks(visit, path, node),
      deadProperties: async () => [...node.dead.values()],
      patch: async (changes, options) => {
        this.#free(this.#locksAt(path), options);
        for (const { xml, ...name } of changes.dead) {
          if (xml === null) node.dead.delete(`${name.namespace} ${name.name}`);
          else node.dead.set(`${name.namespace} ${name.name}`, { ...name, xml });
        }
      },
      ...(path.length > 0 ? this.#movable(path) : {}),
    };
    if (folder === null) return { ...common, ...this.#file(path, node) };
    return { ...common, ...this.#folder(visit, path, folder) } as Collection;
  }

  #movable(path: readonly string[]): Pick<Required<Resource>, 'remove' | 'copyTo' | 'moveTo'> {
    return {
      remove: async (options) => {
        this.#free(this.#below(path), options);
        this.#free(this.#locksAt(path), options);
        this.#at(path.slice(0, -1))?.children?.delete(path.at(-1) ?? '');
      },
      copyTo: (target, options) => this.#put(path, target, options, false),
      moveTo: (target, options) => this.#put(path, target, options, true),
    };
  }

  #file(path: readonly string[], node: Node): Pick<Required<Resource>, 'open' | 'put'> {
    return {
      open: (range) => Readable.from([range ? node.content.subarray(...range) : node.content]),
      put: (content, options) => this.#take(path.slice(0, -1), path.at(-1) ?? '', content, options),
    };
  }

  #folder(visit: Visit, path: readonly string[], folder: Map<string, Node>): Partial<Collection> {
    const resourceOf = (name: string, node: Node) => this.#resource(visit, [...path, name], node);
    return {
      async *members() {
        yield [...folder].map(([name, node]) => resourceOf(name, node));
      },
      create: (name, content, options) => this.#take(path, name, content, options),
      makeCollection: async (name, types, changes, options) => {
        if (types.length > 0 || changes.live.size > 0) throw new DavError(403, 'not here');
        this.#free(this.#locksAt(path), options);
        if (folder.has(name)) throw new StoreError('exists', 'it is there');
        const node = this.#node(true);
        this.#changed(node);
        folder.set(name, node);
        return { resource: resourceOf(name, node), created: true, verbatim: false };
      },
      quota: async () => ({ used: 0, available: 1_000_000 }),
    };
  }
}

function etagOf({ stamp }: Node): string {
  return `"${stamp}"`;
}

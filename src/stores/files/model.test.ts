import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, testFiles, textOf } from '../../testing/index.ts';
import { type FileNode, type FilesWriter, nameKey, numbered, rootFolder } from './index.ts';

const accounts = [7, 8] as const;
const names = ['a', 'b', 'A', 'e\u0301', '\u00e9'] as const;
const texts = ['', 'one', 'three', 'seven letters'] as const;
const versionsKept = 2;
const nowhere = 999_999;

/** What a tree of files is, without any storage: the thing to agree with. */
interface Item {
  account: number;
  name: string;
  parent: Item | null;
  kind: 'folder' | 'file';
  text: string;
  version: number;
  versions: { number: number; text: string }[];
  properties: Map<string, string>;
  children: Map<string, Item>;
}

interface Removed {
  id: number;
  item: Item;
  /** The folder it was in. */
  folder: Item;
  from: string[];
  size: number;
}

type Path = readonly string[];

const refuse = (reason: 'not-found' | 'exists' | 'conflict') => new StoreError(reason, reason);

function made(account: number, kind: Item['kind'], name: string): Item {
  const empty = { text: '', version: 1, versions: [], properties: new Map(), children: new Map() };
  return { account, name, parent: null, kind, ...empty };
}

function* below(item: Item): Generator<Item> {
  for (const child of item.children.values()) {
    yield child;
    yield* below(child);
  }
}

const sizeOf = (item: Item) =>
  item.text.length + [...below(item)].reduce((sum, { text }) => sum + text.length, 0);

class Model {
  readonly roots = new Map(accounts.map((account) => [account as number, made(account, 'folder', '')]));
  removed: Removed[] = [];

  root(account: number): Item {
    const root = this.roots.get(account);
    if (!root) throw new Error('no such tree');
    return root;
  }
  find(account: number, path: Path): Item | null {
    let at: Item | undefined = this.root(account);
    for (const name of path) at = at?.children.get(nameKey(name));
    return at ?? null;
  }
  folder(account: number, path: Path): Item {
    const folder = this.find(account, path);
    if (folder?.kind !== 'folder') throw refuse('not-found');
    return folder;
  }
  attach(folder: Item, item: Item, name: string): void {
    item.name = name;
    item.parent = folder;
    item.account = folder.account;
    folder.children.set(nameKey(name), item);
  }
  detach(item: Item): void {
    item.parent?.children.delete(nameKey(item.name));
  }
  trash(item: Item, id: number): void {
    const from: string[] = [];
    for (let at = item.parent; at?.parent; at = at.parent) from.unshift(at.name);
    if (!item.parent) throw new Error('a root is not removed');
    this.removed.push({ id, item, folder: item.parent, from, size: sizeOf(item) });
    this.detach(item);
  }
  write(item: Item, text: string): void {
    if (text === item.text) return;
    if (item.text !== '') item.versions.push({ number: item.version, text: item.text });
    item.version++;
    item.versions = item.versions.filter(({ number }) => number >= item.version - versionsKept);
    item.text = text;
  }
  put(account: number, path: Path, text: string): void {
    const folder = this.folder(account, path.slice(0, -1));
    const name = path.at(-1) ?? '';
    const existing = folder.children.get(nameKey(name));
    if (existing?.kind === 'folder') throw refuse('exists');
    if (existing) {
      this.write(existing, text);
      return;
    }
    const item = made(account, 'file', name);
    item.text = text;
    this.attach(folder, item, name);
  }
  makeFolder(account: number, path: Path): void {
    const folder = this.folder(account, path.slice(0, -1));
    const name = path.at(-1) ?? '';
    if (folder.children.has(nameKey(name))) throw refuse('exists');
    this.attach(folder, made(account, 'folder', name), name);
  }
  /** What a MOVE or COPY meets; throws what it is refused with. */
  ends(a: Transfer): { item: Item; folder: Item; name: string; existing: Item | undefined } {
    const item = this.find(a.account, a.path);
    if (!item) throw refuse('not-found');
    const folder = this.folder(a.toAccount, a.to.slice(0, -1));
    const name = a.to.at(-1) ?? '';
    for (let at: Item | null = folder; at; at = at.parent) if (at === item) throw refuse('conflict');
    const existing = folder.children.get(nameKey(name));
    if (existing === item) return { item, folder, name, existing: undefined };
    if (existing && !a.overwrite) throw refuse('exists');
    for (let at: Item | null = item; at; at = at.parent) if (at === existing) throw refuse('conflict');
    return { item, folder, name, existing };
  }
  move(a: Transfer, existingId: number): void {
    const { item, folder, name, existing } = this.ends(a);
    if (existing) this.trash(existing, existingId);
    this.detach(item);
    this.attach(folder, item, name);
    for (const child of below(item)) child.account = folder.account;
    // What was removed from a folder that went to another tree cannot go back into it.
    if (a.account !== a.toAccount) {
      const gone = new Set([item, ...below(item)]);
      for (const entry of this.removed)
        if (gone.has(entry.folder) && entry.item.account === a.account) entry.folder = made(0, 'folder', '');
    }
  }
  clone(item: Item, isDeep: boolean): Item {
    const copy = made(item.account, item.kind, item.name);
    copy.text = item.text;
    copy.properties = new Map(item.properties);
    if (isDeep)
      for (const child of item.children.values()) this.attach(copy, this.clone(child, true), child.name);
    return copy;
  }
  copy(a: Transfer & { isDeep: boolean }, existingId: number): void {
    const { item, folder, name, existing } = this.ends(a);
    if (folder.children.get(nameKey(name)) === item) throw refuse('conflict');
    if (existing?.kind === 'file' && item.kind === 'file') {
      this.write(existing, item.text);
      existing.properties = new Map(item.properties);
      return;
    }
    const copy = this.clone(item, a.isDeep);
    if (existing) this.trash(existing, existingId);
    this.attach(folder, copy, name);
    for (const child of below(copy)) child.account = folder.account;
  }
  /** Ids are an account's own. */
  entry(account: number, id: number): Removed {
    const entry = this.removed.find((one) => one.id === id && one.item.account === account);
    if (!entry) throw refuse('not-found');
    return entry;
  }
  empty(account: number, id: number): void {
    const entry = this.entry(account, id);
    this.removed = this.removed.filter((one) => one !== entry);
  }
  restore(account: number, id: number): void {
    const entry = this.entry(account, id);
    const root = this.root(entry.item.account);
    let top: Item = entry.folder;
    while (top.parent?.children.get(nameKey(top.name)) === top) top = top.parent;
    const folder = top === root ? entry.folder : root;
    const { name } = entry.item;
    let [free, number] = [name, 1];
    while (folder.children.has(nameKey(free))) free = numbered(name, ++number);
    this.removed = this.removed.filter((one) => one !== entry);
    this.attach(folder, entry.item, free);
  }
  usage(account: number) {
    const root = this.root(account);
    const items = [...below(root)];
    const trashed = this.removed.filter(({ item }) => item.account === account);
    const all = [...items, ...trashed.flatMap(({ item }) => [item, ...below(item)])];
    const versions = all.flatMap((item) => item.versions);
    return {
      used: sizeOf(root),
      files: items.filter(({ kind }) => kind === 'file').length,
      folders: items.filter(({ kind }) => kind === 'folder').length,
      kept:
        trashed.reduce((sum, { size }) => sum + size, 0) +
        versions.reduce((sum, { text }) => sum + text.length, 0),
    };
  }
}

interface Transfer {
  account: number;
  path: Path;
  toAccount: number;
  to: Path;
  overwrite: boolean;
}

type Action =
  | { do: 'put'; account: number; path: Path; text: string }
  | { do: 'folder'; account: number; path: Path }
  | ({ do: 'move' } & Transfer)
  | ({ do: 'copy'; isDeep: boolean } & Transfer)
  | { do: 'remove'; account: number; path: Path; forGood: boolean }
  | { do: 'property'; account: number; path: Path; name: string; xml: string | null }
  | { do: 'version'; account: number; path: Path; pick: number }
  | { do: 'restore' | 'empty'; account: number; pick: number }
  | { do: 'sync' };

const account = fc.constantFrom(...accounts, 7, 7);
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 });
const transfer = { account, path, toAccount: account, to: path, overwrite: fc.boolean() };
const kind = <K extends Action['do']>(name: K) => fc.constant(name);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: kind('put'), account, path, text: fc.constantFrom(...texts) }) },
  { weight: 5, arbitrary: fc.record({ do: kind('folder'), account, path }) },
  { weight: 4, arbitrary: fc.record({ do: kind('move'), ...transfer }) },
  { weight: 4, arbitrary: fc.record({ do: kind('copy'), isDeep: fc.boolean(), ...transfer }) },
  { weight: 2, arbitrary: fc.record({ do: kind('remove'), account, path, forGood: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: kind('property'),
      account,
      path,
      name: fc.constantFrom('p', 'q'),
      xml: fc.constantFrom('<p/>', '<p>x</p>', null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('version'), account, path, pick: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: kind('restore'), account, pick: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('empty'), account, pick: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: kind('sync') }) },
);

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
  return 'done';
}

interface Known {
  token: string;
  readonly names: Map<string, FileNode>;
}

/** A client that knows folders by their changes alone. */
class Mirror {
  readonly #files: FilesWriter;
  readonly #account: number;
  #known = new Map<number, Known>();

  constructor(files: FilesWriter, account: number) {
    this.#files = files;
    this.#account = account;
  }
  async sync(): Promise<void> {
    const fresh = new Map<number, Known>();
    const waiting = [rootFolder as number];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const known: Known = this.#known.get(folder) ?? { token: '', names: new Map() };
      for (let more = true; more; ) {
        const page = await this.#files.changes(this.#account, folder, known.token, 2);
        for (const { name } of page.gone) known.names.delete(nameKey(name));
        for (const node of page.changed) known.names.set(nameKey(node.name), node);
        ({ token: known.token, more } = page);
      }
      fresh.set(folder, known);
      for (const node of known.names.values()) if (node.kind === 'folder') waiting.push(node.id);
      const listed = await this.#files.list(this.#account, folder, '', 100);
      const byName = (x: FileNode, y: FileNode) => (x.id < y.id ? -1 : 1);
      expect([...known.names.values()].sort(byName)).toEqual([...listed].sort(byName));
    }
    this.#known = fresh;
  }
}

class Runner {
  readonly #files: FilesWriter;
  readonly model = new Model();
  readonly #mirrors: Mirror[];
  readonly #etags = new Map<string, string>();

  constructor(files: FilesWriter) {
    this.#files = files;
    this.#mirrors = accounts.map((one) => new Mirror(files, one));
  }

  async #id(account: number, path: Path): Promise<number> {
    const { chain, missing } = await this.#files.find(account, path);
    return missing.length > 0 ? nowhere : (chain.at(-1)?.id ?? nowhere);
  }

  async #put(account: number, folder: number, name: string, text: string): Promise<void> {
    const staged = await this.#files.stage(account, Buffer.from(text));
    try {
      await this.#files.put({ account, folder, name }, staged, { by: { member: account, tokens: [] } });
    } finally {
      staged.release();
    }
  }

  async #picked(account: number, pick: number): Promise<number> {
    const entries = await this.#files.trash(account, 0, 100);
    return entries[pick % Math.max(entries.length, 1)]?.node.id ?? nowhere;
  }

  /** Does it to both; they must agree on what came of it. */
  async run(a: Action): Promise<void> {
    if (a.do === 'sync') {
      for (const mirror of this.#mirrors) await mirror.sync();
      return;
    }
    const [ours, theirs] = await this.#both(a);
    const expected = await outcome(ours);
    expect(`${JSON.stringify(a)}: ${await outcome(theirs)}`).toBe(`${JSON.stringify(a)}: ${expected}`);
  }

  async #both(a: Exclude<Action, { do: 'sync' }>): Promise<[() => unknown, () => Promise<unknown>]> {
    const { model } = this;
    const files = this.#files;
    const by = { member: a.account, tokens: [] };
    if ('pick' in a && a.do !== 'version') {
      const id = await this.#picked(a.account, a.pick);
      return a.do === 'restore'
        ? [() => model.restore(a.account, id), () => files.restoreTrash(a.account, id, by)]
        : [() => model.empty(a.account, id), () => files.emptyTrash(a.account, id)];
    }
    const id = await this.#id(a.account, a.path);
    const folder = await this.#id(a.account, a.path.slice(0, -1));
    const name = a.path.at(-1) ?? '';
    const item = model.find(a.account, a.path);
    const needed = (work: (item: Item) => void) => () => {
      if (!item) throw refuse('not-found');
      work(item);
    };
    switch (a.do) {
      case 'put':
        return [() => model.put(a.account, a.path, a.text), () => this.#put(a.account, folder, name, a.text)];
      case 'folder':
        return [
          () => model.makeFolder(a.account, a.path),
          () => files.makeFolder({ account: a.account, folder, name }, { by }),
        ];
      case 'move':
      case 'copy': {
        const existing = await this.#id(a.toAccount, a.to);
        const parent = await this.#id(a.toAccount, a.to.slice(0, -1));
        const to = { account: a.toAccount, folder: parent, name: a.to.at(-1) ?? '' };
        const from = { account: a.account, node: id };
        const { overwrite } = a;
        if (a.do === 'move')
          return [() => model.move(a, existing), () => files.move(from, to, { by, overwrite })];
        const depth = a.isDeep ? 'infinity' : '0';
        return [() => model.copy(a, existing), () => files.copy(from, to, { by, overwrite, depth })];
      }
      case 'remove':
        return [
          needed((one) => (a.forGood ? model.detach(one) : model.trash(one, id))),
          () => files.remove(a.account, id, { by, forGood: a.forGood }),
        ];
      case 'property': {
        const change = { namespace: 'x:', name: a.name, xml: a.xml };
        return [
          needed(({ properties }) => {
            if (a.xml === null) properties.delete(a.name);
            else properties.set(a.name, a.xml);
          }),
          () => files.setProperties(a.account, id, [change], { by }),
        ];
      }
      case 'version': {
        const version = item?.versions[a.pick];
        const restore = needed((one) => {
          if (!version) throw refuse('not-found');
          model.write(one, version.text);
        });
        return [restore, () => files.restoreVersion(a.account, id, version?.number ?? 999, by)];
      }
    }
  }

  async #compare(item: Item, node: FileNode): Promise<void> {
    const { account, id } = node;
    expect([node.kind, node.name, node.size]).toEqual([item.kind, item.name, sizeOf(item)]);
    const properties = await this.#files.properties(account, id);
    expect(properties.map(({ name, xml }) => [name, xml])).toEqual([...item.properties].sort());
    const etag = `${account} ${id} ${node.stamp}`;
    const state = item.kind === 'file' ? item.text : JSON.stringify([...item.children.keys()].sort());
    expect(this.#etags.get(etag) ?? state).toBe(state);
    this.#etags.set(etag, state);
    if (item.kind === 'file') {
      expect(await textOf(this.#files.open(node))).toBe(item.text);
      const versions = await this.#files.versions(account, id);
      expect(versions.map(({ number, size }) => [number, size])).toEqual(
        item.versions.map(({ number, text }) => [number, text.length]).reverse(),
      );
      return;
    }
    const listed = await this.#files.list(account, id, '', 100);
    expect(listed.map(({ name }) => nameKey(name)).sort()).toEqual([...item.children.keys()].sort());
    for (const one of listed) {
      const child = item.children.get(nameKey(one.name));
      if (child) await this.#compare(child, one);
    }
  }

  async compare(): Promise<void> {
    for (const one of accounts) {
      await this.#compare(this.model.root(one), await this.#files.root(one));
      const { quota: _, ...usage } = await this.#files.usage(one);
      expect(usage).toEqual(this.model.usage(one));
      const entries = (await this.#files.trash(one, 0, 100)).map(({ node, from }) => [
        node.id,
        node.name,
        from,
      ]);
      const expected = this.model.removed
        .filter(({ item }) => item.account === one)
        .map(({ id, item, from }) => [id, item.name, from] as const)
        .sort(([x], [y]) => x - y);
      expect(entries).toEqual(expected);
    }
  }
}

describeEngines('files beside a model', (engine) => {
  test.each([1, 2, 3])(
    'random changes, seed %i',
    async (seed) => {
      const settings = { ...testFiles, versions: { ...testFiles.versions, count: versionsKept } };
      const stores = await openTestStores(engine, { files: () => settings });
      try {
        const runner = new Runner(stores.files);
        for (const one of accounts) await stores.files.root(one);
        const [actions = []] = fc.sample(fc.array(action, { minLength: 130, maxLength: 130, size: 'max' }), {
          numRuns: 1,
          seed,
        });
        for (const [at, one] of actions.entries()) {
          await runner.run(one);
          if (at % 10 === 9) await runner.compare();
        }
        await runner.run({ do: 'sync' });
        await runner.compare();
        const files = runner.model.usage(7).files + runner.model.usage(8).files;
        expect(files).toBeGreaterThan(0);
        expect(await verifyAll({ ...stores, modules })).toEqual([]);
      } finally {
        await stores.close();
      }
    },
    120_000,
  );
});

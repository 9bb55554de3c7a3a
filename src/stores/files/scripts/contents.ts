import { StoreError } from '../../../base/index.ts';
import {
  dropBlob,
  dropBlobs,
  keepBlob,
  nextModseq,
  numbers,
  one,
  run,
  type Script,
  type StoredBlob,
} from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import type { DeadPropertyChange, Expect } from '../types.ts';
import { mayWrite } from './locks.ts';
import {
  checkExpect,
  checkRoom,
  type Done,
  grow,
  type Node,
  nameOf,
  raise,
  rooted,
  type Spot,
  sameSize,
  spotAt,
  takeIds,
  type Write,
  writeUp,
} from './tree.ts';

/** What a file has beside its name. */
export interface Content {
  readonly blob: StoredBlob;
  readonly type: string;
  readonly checksum: string;
  /** Null: now, or what it was. */
  readonly modified: number | null;
  readonly created: number | null;
}

export interface PutArgs extends Write {
  readonly folder: number;
  readonly name: string;
  readonly content: Content;
  readonly expect?: Expect;
}

/** What was replaced is a version, where any are kept and there was something; answers whether too much is kept. */
function* keepVersion(q: FilesQueries, w: Write, node: Node): Script<boolean> {
  const { account, now, rules } = w;
  let kept = 0;
  if (rules.versions > 0 && node.size > 0) {
    const { version: number, hash, size, type, checksum, modified } = node;
    const row = { account, node: node.id, number, hash, size, type, checksum, modified, replaced: now };
    yield* run(q.versionAdd, row);
    kept += size;
  } else yield* dropBlob(q, node.hash, now);
  const upTo = node.version - rules.versions;
  const gone = upTo <= 0 ? [] : yield* run(q.versionsDropUpTo, { account, node: node.id, number: upTo });
  for (const { size } of gone) kept -= size;
  yield* dropBlobs(
    q,
    gone.map(({ hash }) => hash),
    now,
  );
  return kept === 0 ? false : yield* grow(q, w, { kept });
}

/** Gives a file another content; its id, its name as it was first sent, its properties and its locks stay. `chain`: the folders above it. */
export function* replaceContent(
  q: FilesQueries,
  w: Write,
  a: {
    readonly node: Node;
    readonly chain: Spot['chain'];
    readonly content: Content;
  },
): Script<Done<Node>> {
  const { node, chain, content } = a;
  const { hash, size } = content.blob;
  const growth = { ...sameSize, size: size - node.size };
  yield* checkRoom(q, w, chain, growth);
  const modseq = yield* nextModseq(q, w.account);
  const isSame = hash === node.hash;
  if (!isSame) yield* keepBlob(q, content.blob);
  const crowded = isSame ? false : yield* keepVersion(q, w, node);
  const changed = {
    hash,
    size,
    type: content.type,
    checksum: content.checksum,
    created: content.created ?? node.created,
    modified: content.modified ?? w.now,
    modseq,
    version: isSame ? node.version : node.version + 1,
  };
  yield* run(q.nodeContent, { account: w.account, node: node.id, ...changed });
  yield* writeUp(q, chain, growth, { modseq, named: 0, now: w.now });
  return { done: { ...node, ...changed, stamp: modseq }, crowded };
}

/** A new name in a folder: everything but what it leads to. */
export function* bind(
  q: FilesQueries,
  w: Write,
  { chain, nameKey, name }: Spot,
  a: { readonly modseq: number; readonly growth: { size: number; files: number; folders: number } },
): Script<void> {
  const { account, now } = w;
  yield* run(q.goneDrop, { account, folder: chain[0].id, name: nameOf({ name, nameKey }) });
  yield* writeUp(q, chain, a.growth, { modseq: a.modseq, named: chain[0].id, now });
}

/** RFC 4918 §9.7: whole, under the conditions that the request was judged by. */
export function* put(q: FilesQueries, a: PutArgs): Script<Done<{ node: Node; created: boolean }>> {
  const { account, now, content } = a;
  const spot = yield* spotAt(q, a, a);
  const { chain, existing, nameKey, name } = spot;
  checkExpect(existing, a.expect);
  if (existing !== null) {
    if (existing.kind === kinds.folder) throw new StoreError('exists', 'a folder has that name');
    yield* mayWrite(q, a, [existing, ...chain]);
    const { done, crowded } = yield* replaceContent(q, a, { node: existing, chain, content });
    return { done: { node: done, created: false }, crowded };
  }
  yield* mayWrite(q, a, chain);
  const { hash, size } = content.blob;
  const growth = { size, files: 1, folders: 0 };
  yield* checkRoom(q, a, chain, growth);
  yield* raise(q, chain, 0);
  const modseq = yield* nextModseq(q, account);
  const id = yield* takeIds(q, account, 1);
  const node: Node = {
    account,
    parent: chain[0].id,
    nameKey,
    id,
    name,
    kind: kinds.file,
    hash,
    size,
    type: content.type,
    checksum: content.checksum,
    created: content.created ?? now,
    modified: content.modified ?? now,
    modseq,
    stamp: modseq,
    version: 1,
    files: 0,
    folders: 0,
    height: 0,
  };
  yield* run(q.nodeAdd, { ...node });
  yield* keepBlob(q, content.blob);
  yield* bind(q, a, spot, { modseq, growth });
  return { done: { node, created: true }, crowded: false };
}

/** The row of a new, empty folder. */
export function emptyFolder(w: Write, spot: Spot, id: number, modseq: number): Node {
  return {
    account: w.account,
    parent: spot.chain[0].id,
    nameKey: spot.nameKey,
    id,
    name: spot.name,
    kind: kinds.folder,
    hash: '',
    size: 0,
    type: '',
    checksum: '',
    created: w.now,
    modified: w.now,
    modseq,
    stamp: modseq,
    version: 0,
    files: 0,
    folders: 0,
    height: 0,
  };
}

/** RFC 4918 §9.3, RFC 5689 §3 */
export function* makeFolder(
  q: FilesQueries,
  a: Write & { folder: number; name: string; properties: readonly DeadPropertyChange[] },
): Script<Node> {
  const { account } = a;
  const spot = yield* spotAt(q, a, a);
  if (spot.existing !== null) throw new StoreError('exists', 'that name is taken');
  yield* mayWrite(q, a, spot.chain);
  const growth = { size: 0, files: 0, folders: 1 };
  yield* checkRoom(q, a, spot.chain, growth);
  yield* raise(q, spot.chain, 0);
  const modseq = yield* nextModseq(q, account);
  const node = emptyFolder(a, spot, yield* takeIds(q, account, 1), modseq);
  yield* run(q.nodeAdd, { ...node });
  yield* bind(q, a, spot, { modseq, growth });
  yield* changeProperties(q, a, node.id, a.properties);
  return node;
}

function* changeProperties(
  q: FilesQueries,
  w: Write,
  node: number,
  changes: readonly DeadPropertyChange[],
): Script<void> {
  if (changes.length === 0) return;
  const { account } = w;
  const rows = yield* run(q.propertiesAt, { account, ids: numbers([node]) });
  const keyOf = (of: { namespace: string; name: string }) => `${of.namespace} ${of.name}`;
  const bytes = new Map(rows.map((row) => [keyOf(row), row.bytes]));
  const before = rows.reduce((sum, row) => sum + row.bytes, 0);
  for (const { namespace, name, xml } of changes) {
    const of = { account, node, namespace, name };
    if (xml === null) {
      if (bytes.delete(keyOf(of))) yield* run(q.propertyDrop, of);
      continue;
    }
    const size = Buffer.byteLength(namespace) + Buffer.byteLength(name) + Buffer.byteLength(xml);
    if (size > limits.propertyBytesMax)
      throw new StoreError('too-large', `a property has at most ${limits.propertyBytesMax} bytes`);
    bytes.set(keyOf(of), size);
    yield* run(q.propertySet, { ...of, xml, bytes: size });
  }
  if (bytes.size > limits.propertiesPerNodeMax)
    throw new StoreError('limit', `there are at most ${limits.propertiesPerNodeMax} properties`);
  const after = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  if (after > before && after > limits.propertyBytesPerNodeMax)
    throw new StoreError('limit', `properties have at most ${limits.propertyBytesPerNodeMax} bytes in all`);
  if (after !== before) yield* grow(q, w, { properties: after - before });
}

/** RFC 4918 §9.2: all or none. */
export function* setProperties(
  q: FilesQueries,
  a: Write & {
    node: number;
    changes: readonly DeadPropertyChange[];
    modified: number | null;
    expect?: Expect;
  },
): Script<Node> {
  const { account } = a;
  const chain = yield* rooted(q, account, a.node);
  checkExpect(chain[0], a.expect);
  yield* mayWrite(q, a, chain);
  yield* changeProperties(q, a, a.node, a.changes);
  const modseq = yield* nextModseq(q, account);
  yield* writeUp(q, chain, sameSize, { modseq, named: 0, now: a.now });
  if (a.modified !== null) yield* run(q.nodeTimes, { account, node: a.node, modified: a.modified });
  return one(yield* run(q.nodeFind, { account, node: a.node }));
}

/** A version becomes the content again, and what stands there a version. */
export function* restoreVersion(
  q: FilesQueries,
  a: Write & { node: number; number: number },
): Script<Done<Node>> {
  const { account, node: id, number } = a;
  const [node, ...above] = yield* rooted(q, account, id);
  const [folder, ...rest] = above;
  const version = (yield* run(q.versionFind, { account, node: id, number }))[0];
  if (!version || folder === undefined) throw new StoreError('not-found', 'there is no such version');
  yield* mayWrite(q, a, [node, ...above]);
  const { hash, size, type, checksum, modified } = version;
  const content = { blob: { hash, size, place: null }, type, checksum, modified, created: null };
  return yield* replaceContent(q, a, { node, chain: [folder, ...rest], content });
}

export function* removeVersion(
  q: FilesQueries,
  a: Pick<Write, 'account' | 'rules'> & { node: number; number: number; now: number },
): Script<void> {
  const { account, node, number, now } = a;
  const [gone] = yield* run(q.versionDrop, { account, node, number });
  if (gone === undefined) throw new StoreError('not-found', 'there is no such version');
  yield* dropBlob(q, gone.hash, now);
  yield* grow(q, a, { kept: -gone.size });
}

import { StoreError } from '../../../base/index.ts';
import { numbers, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { PropertyChange } from '../types.ts';
import { type Done, growthOf, missing, type Write } from './shelf.ts';

const tooMany = (what: string) => new StoreError('limit', what);

/** Sets and removes dead properties of a collection or an item; answers by how many bytes they grew. */
export function* setProperties(
  q: CollectionsQueries,
  a: { readonly account: number; readonly node: number; readonly changes: readonly PropertyChange[] },
): Script<number> {
  const { account, node, changes } = a;
  if (changes.length === 0) return 0;
  const before = one(yield* run(q.propertyBytes, { account, node }));
  for (const { namespace, name, xml } of changes) {
    if (xml === null) {
      yield* run(q.propertyDrop, { account, node, namespace, name });
      continue;
    }
    const bytes = Buffer.byteLength(namespace) + Buffer.byteLength(name) + Buffer.byteLength(xml);
    if (bytes > limits.propertyBytesMax)
      throw tooMany(`a property has at most ${limits.propertyBytesMax} bytes`);
    yield* run(q.propertySet, { account, node, namespace, name, xml, bytes });
  }
  const after = one(yield* run(q.propertyBytes, { account, node }));
  if (after.count > limits.propertiesPerNodeMax && after.count > before.count)
    throw tooMany(`one thing has at most ${limits.propertiesPerNodeMax} properties`);
  const grown = after.bytes - before.bytes;
  if (grown > 0 && after.bytes > limits.propertyBytesPerNodeMax)
    throw tooMany(`the properties of one thing have at most ${limits.propertyBytesPerNodeMax} bytes`);
  const kept = (yield* run(q.accountFind, { account }))[0];
  if (grown > 0 && (kept?.properties ?? 0) + grown > limits.propertyBytesPerAccountMax)
    throw new StoreError('over-quota', 'there is no room left for properties');
  return grown;
}

/** Answers the bytes that went. */
export function* dropProperties(
  q: CollectionsQueries,
  account: number,
  nodes: readonly number[],
): Script<number> {
  const gone = yield* run(q.propertiesDrop, { account, ids: numbers(nodes) });
  return gone.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function* changeProperties(
  q: CollectionsQueries,
  a: Write & { node: number; changes: readonly PropertyChange[] },
): Script<Done<null>> {
  const { account, node } = a;
  const item = (yield* run(q.itemFind, { account, item: node }))[0];
  const collection = item?.collection ?? node;
  if ((yield* run(q.collectionFind, { account, collection })).length === 0) throw missing();
  const growth = yield* growthOf(q, a, collection);
  const modseq = yield* growth.modseq();
  growth.grow({ properties: yield* setProperties(q, a) });
  if (item) yield* run(q.itemTouch, { account, item: node, modseq });
  yield* growth.end();
  return { done: null, moved: [collection] };
}

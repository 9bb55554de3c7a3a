import type { Resource } from '../types.ts';
import type { Order, Searchable } from './query.ts';

/** What a resource is judged by, where nobody else can be asked. */
export const searchRow = (resource: Resource) => ({
  isCollection: resource.isCollection,
  value: (what: Searchable) => valueIn(resource, what),
});

function valueIn(resource: Resource, what: Searchable): string | number | null {
  switch (what) {
    case 'name':
      return resource.displayName;
    case 'type':
      return resource.type;
    case 'size':
      return resource.length;
    case 'modifiedMs':
      return resource.modifiedMs;
    case 'createdMs':
      return resource.createdMs;
  }
}

const folded = (text: string, caseless: boolean) => {
  const composed = text.normalize('NFC');
  return caseless ? composed.toLowerCase() : composed;
};

function compare(one: string | number, other: string | number, caseless: boolean): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [left, right] = [folded(String(one), caseless), folded(String(other), caseless)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What has no value comes first, and last where the order is turned round (RFC 5323 §5.6). */
export function ordered(found: readonly Resource[], orders: readonly Order[]): readonly Resource[] {
  if (orders.length === 0) return found;
  return found.toSorted((one, other) => {
    for (const { what, descending, caseless } of orders) {
      const [left, right] = [valueIn(one, what), valueIn(other, what)];
      const order =
        left === null || right === null
          ? Number(left !== null) - Number(right !== null)
          : compare(left, right, caseless);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

import type { Resource, SearchCondition } from '../types.ts';
import type { Order, Searchable } from './query.ts';

/** Whether a resource is what is searched for, where nobody else can be asked. */
export function fits(resource: Resource, condition: SearchCondition): boolean {
  switch (condition.kind) {
    case 'all':
      return true;
    case 'collection':
      return resource.isCollection;
    case 'and':
      return condition.of.every((each) => fits(resource, each));
    case 'or':
      return condition.of.some((each) => fits(resource, each));
    case 'not':
      return !fits(resource, condition.of);
    case 'like': {
      const { pattern, caseless } = condition;
      const text = String(valueIn(resource, condition.what) ?? '');
      return isLike(folded(text, caseless), folded(pattern, caseless));
    }
    case 'compare': {
      const value = valueIn(resource, condition.what);
      if (value === null) return false;
      const order = compare(value, condition.value, condition.caseless);
      switch (condition.by) {
        case 'eq':
          return order === 0;
        case 'lt':
          return order < 0;
        case 'lte':
          return order <= 0;
        case 'gt':
          return order > 0;
        case 'gte':
          return order >= 0;
      }
    }
  }
}

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

/** RFC 5323 §5.17: `%` is any characters, `_` is one, a backslash takes either by its word. No way back costs more than text × pattern. */
export function isLike(text: string, pattern: string): boolean {
  const wanted = patternOf(pattern);
  const chars = [...text];
  let [at, next] = [0, 0];
  let star = -1;
  let resume = 0;
  while (at < chars.length) {
    const step = wanted[next];
    if (step === many) {
      star = next++;
      resume = at;
    } else if (step === any || (step !== undefined && step === chars[at])) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (wanted[next] === many) next++;
  return next === wanted.length;
}

const many = Symbol('%');
const any = Symbol('_');

function patternOf(pattern: string): readonly (string | symbol)[] {
  const steps: (string | symbol)[] = [];
  let escaped = false;
  for (const char of pattern) {
    if (!escaped && char === '\\') {
      escaped = true;
      continue;
    }
    steps.push(escaped ? char : char === '%' ? many : char === '_' ? any : char);
    escaped = false;
  }
  return steps;
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

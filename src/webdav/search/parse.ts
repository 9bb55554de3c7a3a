import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import { DavError } from '../errors.ts';
import { readNames } from '../properties/wish.ts';
import type { SearchCondition } from '../types.ts';
import { searchLiteralBytesMax, searchOperatorsMax, searchOrdersMax } from './limits.ts';
import { everything, nothing, type Order, type Query, searchableProperties } from './query.ts';

type Compare = Extract<SearchCondition, { kind: 'compare' }>;

/** A DAV:basicsearch. FormatError for what is none; DavError 422 for what is one and not understood (RFC 5323 §2.3.1). */
export function readBasicSearch(search: XmlElement): Query {
  const select = davChild(search, 'select');
  const prop = select && davChild(select, 'prop');
  if (!prop && !(select && davChild(select, 'allprop'))) {
    throw new FormatError('a DAV:basicsearch has a DAV:select with DAV:prop or DAV:allprop');
  }
  const where = davChild(search, 'where')?.children[0];
  return {
    select: prop ? { kind: 'named', names: readNames(prop) } : { kind: 'all' },
    scope: readScope(search),
    where: where ? new Operators().read(where, false) : everything,
    orders: readOrders(davChild(search, 'orderby')),
    max: readMax(davChild(search, 'limit')),
  };
}

export function readScope(search: XmlElement): Query['scope'] {
  const scopes = davChild(search, 'from')?.children.filter(({ name }) => name === 'scope') ?? [];
  const [scope] = scopes;
  if (!scope) throw new FormatError('a DAV:basicsearch has a DAV:from with a DAV:scope');
  if (scopes.length > 1) {
    throw new DavError(422, 'one DAV:scope is searched at a time', {
      condition: '<D:search-multiple-scope-supported/>',
    });
  }
  const href = davChild(scope, 'href')?.text.trim() ?? '';
  const depth = davChild(scope, 'depth')?.text.trim().toLowerCase() ?? 'infinity';
  if (depth !== '0' && depth !== '1' && depth !== 'infinity') {
    throw new FormatError('DAV:depth is 0, 1 or infinity');
  }
  return { href, depth };
}

function readMax(limit: XmlElement | undefined): number | null {
  const text = limit && davChild(limit, 'nresults')?.text.trim();
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text)) throw new FormatError('DAV:nresults is a number');
  return Number(text);
}

function readOrders(orderby: XmlElement | undefined): readonly Order[] {
  const orders = orderby?.children.filter(({ name }) => name === 'order') ?? [];
  if (orders.length > searchOrdersMax) {
    throw new FormatError(`results are ordered by ${searchOrdersMax} properties at most`);
  }
  return orders.flatMap((order) => {
    const property = propertyOf(order);
    if (property === null) return [];
    const descending = davChild(order, 'descending') !== undefined;
    return [{ what: property.what, descending, caseless: isCaseless(order) }];
  });
}

/** Null: nobody has it, as far as can be searched. */
function propertyOf(operator: XmlElement) {
  const property = davChild(operator, 'prop')?.children[0];
  if (!property) throw new FormatError(`DAV:${operator.name} names a property`);
  const { namespace, name } = property;
  if (namespace !== 'DAV:' || !Object.hasOwn(searchableProperties, name)) return null;
  return searchableProperties[name as keyof typeof searchableProperties];
}

/** RFC 5323 §5.6: the server chooses where nothing is said. */
const isCaseless = ({ attributes }: XmlElement) =>
  attributes.find(({ name }) => name === 'caseless')?.value !== 'no';

const onFiles = (condition: SearchCondition): SearchCondition => ({
  kind: 'and',
  of: [{ kind: 'not', of: { kind: 'collection' } }, condition],
});

/** Negations are carried down to the leaves, so that what is unknown stays unknown on both sides of them. */
class Operators {
  #count = 0;

  read(operator: XmlElement, negated: boolean): SearchCondition {
    if (++this.#count > searchOperatorsMax) {
      throw new DavError(422, `a search has at most ${searchOperatorsMax} operators`);
    }
    const { namespace, name, children } = operator;
    if (namespace !== 'DAV:') return this.#unknown(operator);
    switch (name) {
      case 'and':
      case 'or':
        if (children.length === 0) throw new FormatError(`DAV:${name} is of something`);
        return {
          kind: negated === (name === 'or') ? 'and' : 'or',
          of: children.map((child) => this.read(child, negated)),
        };
      case 'not':
        if (!children[0] || children.length > 1) throw new FormatError('DAV:not is of one operator');
        return this.read(children[0], !negated);
      case 'eq':
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        return leaf(comparison(operator, name), negated, operator);
      case 'like':
        return leaf(likeness(operator), negated, operator);
      case 'is-collection':
        return not({ kind: 'collection' }, negated);
      case 'is-defined': {
        const property = propertyOf(operator);
        if (property === null) return not(nothing, negated);
        const everywhere = property.what !== 'size' && property.what !== 'type';
        return not(everywhere ? everything : not({ kind: 'collection' }, true), negated);
      }
      default:
        return this.#unknown(operator);
    }
  }

  #unknown({ name }: XmlElement): never {
    throw new DavError(422, `the operator ${name} is not understood`);
  }
}

function not(condition: SearchCondition, negated: boolean): SearchCondition {
  return negated ? { kind: 'not', of: condition } : condition;
}

function leaf(condition: SearchCondition | null, negated: boolean, operator: XmlElement): SearchCondition {
  if (condition === null) return nothing;
  const what = propertyOf(operator)?.what;
  // A folder has neither length nor type: comparing them is unknown.
  return what === 'size' || what === 'type' ? onFiles(not(condition, negated)) : not(condition, negated);
}

function literalOf(operator: XmlElement): string {
  const literal = davChild(operator, 'literal') ?? davChild(operator, 'typed-literal');
  if (!literal) throw new FormatError(`DAV:${operator.name} has a DAV:literal`);
  if (Buffer.byteLength(literal.text) > searchLiteralBytesMax) {
    throw new DavError(422, `a literal is at most ${searchLiteralBytesMax} bytes`);
  }
  return literal.text;
}

function comparison(operator: XmlElement, by: Compare['by']): SearchCondition | null {
  const property = propertyOf(operator);
  const literal = literalOf(operator);
  if (property === null) return null;
  const value = readLiteral(literal, property.type);
  if (value === null) return null;
  return { kind: 'compare', what: property.what, by, value, caseless: isCaseless(operator) };
}

/** Null for what is no such value: then nothing can be said (RFC 5323 §5.5.3). */
function readLiteral(literal: string, type: 'string' | 'integer' | 'dateTime'): string | number | null {
  if (type === 'string') return literal;
  const text = literal.trim();
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

function likeness(operator: XmlElement): SearchCondition | null {
  const property = propertyOf(operator);
  const pattern = literalOf(operator);
  if (property === null || property.type !== 'string') return null;
  return { kind: 'like', what: property.what, pattern, caseless: isCaseless(operator) };
}

import type { QName, SearchCondition } from '../types.ts';

/** What can be asked for and ordered by; its type is what literals are compared as. */
export const searchableProperties = {
  displayname: { what: 'name', type: 'string' },
  getcontenttype: { what: 'type', type: 'string' },
  getcontentlength: { what: 'size', type: 'integer' },
  getlastmodified: { what: 'modifiedMs', type: 'dateTime' },
  creationdate: { what: 'createdMs', type: 'dateTime' },
} as const;

export type Searchable = (typeof searchableProperties)[keyof typeof searchableProperties]['what'];

export interface Order {
  readonly what: Searchable;
  readonly descending: boolean;
  readonly caseless: boolean;
}

/** DAV:basicsearch (RFC 5323 §5). */
export interface Query {
  readonly select: { readonly kind: 'named'; readonly names: readonly QName[] } | { readonly kind: 'all' };
  readonly scope: { readonly href: string; readonly depth: '0' | '1' | 'infinity' };
  readonly where: SearchCondition;
  readonly orders: readonly Order[];
  /** As asked for; null: it was not. */
  readonly max: number | null;
}

/** What a three-valued UNKNOWN comes to: it is no result, whichever way it is asked (RFC 5323 §5.5.3). */
export const nothing: SearchCondition = { kind: 'or', of: [] };
export const everything: SearchCondition = { kind: 'all' };

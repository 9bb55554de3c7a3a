/** The owner of annotations that everybody sees who may see the mailbox. */
export const sharedOwner = 0;
/** Where annotations of an account as a whole lie, which are the server's for its clients. */
export const wholeAccount = 0;

/** Where annotations are: those of a mailbox, or with `mailbox: wholeAccount` those of the account. */
export interface MetadataPlace {
  readonly account: number;
  readonly mailbox: number;
}

/** The name of an annotation: whose it is, and its path below `/private` or `/shared` in lower case (`/comment`). */
export interface MetadataName {
  /** A member for its own, `sharedOwner` for shared ones. */
  readonly owner: number;
  readonly entry: string;
}

export interface Metadata extends MetadataName {
  /** Null: there is none any more. */
  readonly value: Buffer | null;
}

/** What is asked for: a name, and what lies so many levels below it. */
export interface MetadataQuery extends MetadataName {
  readonly depth: 0 | 1 | 'infinity';
}

/** What changed since: names, with the modseq of each change, and the modseq up to which that is all. */
export interface MetadataChanges {
  readonly modseq: number;
  readonly changes: readonly (MetadataName & { readonly mailbox: number; readonly modseq: number })[];
}

export interface MetadataFound {
  readonly entries: readonly Metadata[];
  /** Size of the largest that was left out as too large; 0 for none. */
  readonly longest: number;
}

/** Whether an annotation is among what was asked for. RFC 5464 §4.2.2. */
export function isAsked({ owner, entry, depth }: MetadataQuery, name: MetadataName): boolean {
  if (owner !== name.owner) return false;
  if (entry === name.entry) return true;
  if (depth === 0 || !name.entry.startsWith(`${entry}/`)) return false;
  return depth === 'infinity' || !name.entry.slice(entry.length + 1).includes('/');
}

import type { Collection, DavPrivilege, Found, Resource } from './types.ts';

/** Nothing is there, and nothing above it that could take it. */
export const nothing: Found = { resource: null, parent: null, name: '' };

/** A resource that has little: no content, no times, no ETag, no owner. Whoever has more overrides it. */
export abstract class Bare implements Resource {
  abstract readonly kind: string;
  abstract readonly isCollection: boolean;
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    this.path = path;
  }

  get etag(): string | null {
    return null;
  }

  get displayName(): string {
    return this.path.at(-1) ?? '';
  }

  get length(): number | null {
    return null;
  }

  get type(): string | null {
    return null;
  }

  get modifiedMs(): number | null {
    return null;
  }

  get createdMs(): number | null {
    return null;
  }

  get owner(): readonly string[] | null {
    return null;
  }

  abstract may(privilege: DavPrivilege): boolean;
}

/** The same as a literal to be spread: a folder with nothing in it. */
export function bareFolder(path: readonly string[]) {
  return {
    path,
    isCollection: true,
    etag: null,
    displayName: path.at(-1) ?? '',
    length: null,
    type: null,
    modifiedMs: null,
    createdMs: null,
    owner: null,
    async *members(): AsyncGenerator<readonly Resource[]> {},
  } as const satisfies Omit<Collection, 'kind' | 'may'>;
}

/** What may be done with what the server makes itself: look at it. */
export const looksOnly = (privilege: DavPrivilege): boolean =>
  privilege === 'read' || privilege === 'read-current-user-privilege-set';

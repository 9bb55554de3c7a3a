import { DavError } from '../errors.ts';
import { etagsMax, ifResourcesMax } from '../limits.ts';
import { syncTokenUri } from '../properties/index.ts';
import type { Collection, Found, Resource } from '../types.ts';
import type { IfList } from './if-header.ts';

type Header = (name: string) => string | undefined;
/** What a condition is about. */
type Judged = Pick<Resource, 'etag' | 'modifiedMs'>;

/** RFC 9110 §13.2.2, in its order: whether the request goes on, is answered 304, or 412. */
export function judge(method: string, header: Header, resource: Judged | null): 'go' | 304 | 412 {
  const reads = method === 'GET' || method === 'HEAD';
  const match = header('if-match');
  const noneMatch = header('if-none-match');
  if (match !== undefined) {
    if (!listed(match, resource, strong)) return 412;
  } else {
    const since = readDate(header('if-unmodified-since'));
    if (since !== null && modifiedAfter(resource, since)) return 412;
  }
  if (noneMatch !== undefined) {
    if (listed(noneMatch, resource, weak)) return reads ? 304 : 412;
  } else if (reads) {
    const since = readDate(header('if-modified-since'));
    if (
      since !== null &&
      resource !== null &&
      resource.modifiedMs !== null &&
      !modifiedAfter(resource, since)
    ) {
      return 304;
    }
  }
  return 'go';
}

/** Whether a range may be answered: If-Range names what the client has a part of (RFC 9110 §13.1.5). */
export function rangeHolds(header: Header, resource: Judged): boolean {
  const text = header('if-range');
  if (text === undefined) return true;
  if (/^\s*(W\/)?"/.test(text)) return resource.etag !== null && strong(text.trim(), resource.etag);
  const date = readDate(text);
  return (
    date !== null && resource.modifiedMs !== null && Math.floor(resource.modifiedMs / 1000) * 1000 === date
  );
}

/**
 * Whether there are conditions on what stands at the request URI, to be judged again when it is written. A lock token is one
 * where `deep` is false: the lock may end before. Of a collection it is not: others may write below it meanwhile.
 */
export function hasConditions(
  header: Header,
  lists: readonly IfList[],
  about: { readonly isHere: (tag: string) => boolean; readonly deep: boolean },
): boolean {
  return (
    header('if-match') !== undefined ||
    header('if-none-match') !== undefined ||
    header('if-unmodified-since') !== undefined ||
    lists.some(
      ({ tag, conditions }) =>
        (tag === null || about.isHere(tag)) && conditions.some(({ etag }) => !about.deep || etag !== null),
    )
  );
}

function strong(wanted: string, etag: string): boolean {
  return wanted === etag && !etag.startsWith('W/');
}

function weak(wanted: string, etag: string): boolean {
  return wanted.replace(/^W\//, '') === etag.replace(/^W\//, '');
}

function listed(
  text: string,
  resource: Judged | null,
  same: (wanted: string, etag: string) => boolean,
): boolean {
  if (text.trim() === '*') return resource !== null;
  const etag = resource?.etag ?? null;
  const wanted = readEtags(text);
  return etag !== null && wanted.some((each) => same(each, etag));
}

/** A list of ETags; what stands without quotes is read as if it had them: some clients leave them off. */
function readEtags(text: string): string[] {
  const etags: string[] = [];
  for (const [found] of text.matchAll(/(?:W\/)?"[^"]*"|[^\s,"]+/g)) {
    if (etags.length >= etagsMax) throw new DavError(400, `more than ${etagsMax} ETags in one header`);
    etags.push(found.endsWith('"') ? found : `"${found}"`);
  }
  return etags;
}

/** RFC 9110 §5.6.7: null for what is no date of HTTP, which is then passed over (§13.1.3). */
function readDate(text: string | undefined): number | null {
  if (text === undefined || !/^[A-Za-z]{3,9}[, ]/.test(text)) return null;
  // asctime has no zone and means GMT.
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? null : ms;
}

/** Dates of HTTP count seconds. */
function modifiedAfter(resource: Judged | null, dateMs: number): boolean {
  if (resource === null || resource.modifiedMs === null) return false;
  return Math.floor(resource.modifiedMs / 1000) * 1000 > dateMs;
}

/** What an If header needs to know of the tree. */
export interface IfSurroundings {
  readonly found: Found;
  /** Where a tag leads; null: not to us, so nothing is so there. */
  find(tag: string): Promise<Found | null>;
}

interface State {
  readonly etag: string | null;
  readonly tokens: ReadonlySet<string>;
}

const nothing: State = { etag: null, tokens: new Set() };

/** RFC 4918 §10.4.3: true where one list holds, all of whose conditions are so. */
export async function ifHolds(lists: readonly IfList[], around: IfSurroundings): Promise<boolean> {
  const states = new Map<string | null, Promise<State>>();
  const stateOf = (tag: string | null): Promise<State> => {
    const known = states.get(tag);
    if (known) return known;
    if (states.size >= ifResourcesMax) {
      throw new DavError(400, `the If header names more than ${ifResourcesMax} resources`);
    }
    const state = look(tag, lists, around);
    states.set(tag, state);
    return state;
  };
  for (const { tag, conditions } of lists) {
    const { etag, tokens } = await stateOf(tag);
    const holds = conditions.every((condition) => {
      const is =
        condition.token === null
          ? etag !== null && condition.etag !== null && strong(condition.etag, etag)
          : tokens.has(condition.token);
      return is !== condition.not;
    });
    if (holds) return true;
  }
  return false;
}

async function look(tag: string | null, lists: readonly IfList[], around: IfSurroundings): Promise<State> {
  const found = tag === null ? around.found : await around.find(tag);
  if (found === null) return nothing;
  const asked = lists.some((list) => list.tag === tag && list.conditions.some(({ token }) => token !== null));
  // A name that nothing has yet stands under the locks of the collection above it (§7.4).
  const place = found.resource ?? found.parent;
  const tokens = new Set<string>();
  if (asked && place) {
    for (const { token } of (await place.locks?.active()) ?? []) tokens.add(token);
    // RFC 6578 §5: the sync token of a collection is a state token too.
    const sync = found.resource?.isCollection ? (found.resource as Collection).sync : undefined;
    if (sync) tokens.add(syncTokenUri(await sync.token()));
  }
  return { etag: found.resource?.etag ?? null, tokens };
}

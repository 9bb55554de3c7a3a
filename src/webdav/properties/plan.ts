import { elementOf, tagOf } from '../prefixes.ts';
import type {
  DeadProperty,
  LiveProperty,
  PropertyValue,
  QName,
  Registry,
  Resource,
  Visit,
  Xml,
} from '../types.ts';
import { declaredNamed, nameKey } from './declared.ts';
import { tooMuch } from './too-much.ts';

/** What is asked of every resource of a listing, made once. */
export interface Plan {
  /** What members should be read with. */
  readonly wanted: { readonly dead: boolean; readonly locks: boolean };
  /** The DAV:propstats of one resource. A promise only where something has to be waited for. */
  row(resource: Resource, visit: Visit): Xml | Promise<Xml>;
}

export type Wish =
  | { readonly kind: 'named'; readonly names: readonly QName[] }
  | { readonly kind: 'all'; readonly include: readonly QName[] }
  | { readonly kind: 'names' };

type Value = PropertyValue | Promise<PropertyValue>;

/** One property that is asked for: how its tags are written, and who can read it. */
interface Reader {
  readonly key: string;
  readonly open: Xml;
  readonly close: Xml;
  /** The end tag of the one before, and `open`: a row is made of as few texts as can be. */
  readonly next: Xml;
  readonly empty: Xml;
  readonly live: readonly LiveProperty[];
  /** Whether it can be a dead one. */
  readonly dead: boolean;
  /** In DAV:allprop: who has no such property does not hear of it. */
  readonly silent: boolean;
}

/** `more`: properties of this request alone, over those that are declared. */
export function planOf(wish: Wish, { dav, prefer }: Visit, more: readonly LiveProperty[] = []): Plan {
  const minimal = prefer.return === 'minimal';
  if (wish.kind === 'names') return namesPlan(dav);
  const named = (wish.kind === 'named' ? wish.names : wish.include).map((name) => {
    const own = more.filter((each) => nameKey(each) === nameKey(name));
    return readerOf(name, own.length > 0 ? own : declaredNamed(dav, name), false);
  });
  if (wish.kind === 'named') return plan(unique(named), false, minimal);
  const all = dav.properties
    .filter(({ allprop }) => allprop)
    .map((property) => readerOf(property, declaredNamed(dav, property), true));
  return plan(unique([...all, ...named]), true, minimal);
}

function readerOf(name: QName, live: readonly LiveProperty[], silent: boolean): Reader {
  const { start, end } = tagOf(name);
  // Where a writable one is not on the resource, what was set under its name is a dead property.
  const dead =
    live.length === 0 || live.some(({ deadFirst, write }) => deadFirst === true || write !== undefined);
  const key = nameKey(name);
  const open = `<${start}>`;
  return { key, open, close: `</${end}>`, next: open, empty: `<${start}/>`, live, dead, silent };
}

function unique(readers: readonly Reader[]): readonly Reader[] {
  const byKey = new Map<string, Reader>();
  for (const reader of readers) if (!byKey.has(reader.key)) byKey.set(reader.key, reader);
  const all = [...byKey.values()];
  return all.map((reader, at) => ({ ...reader, next: (all[at - 1]?.close ?? '') + reader.open }));
}

function plan(readers: readonly Reader[], allDead: boolean, minimal: boolean): Plan {
  const dead = allDead || readers.some((reader) => reader.dead);
  const locks = readers.some(({ live }) => live.some(({ key }) => key === 'lockdiscovery'));
  const sheet = { readers, allDead, minimal };
  return {
    wanted: { dead, locks },
    row(resource, visit) {
      const found = dead ? resource.deadProperties?.() : undefined;
      if (!(found instanceof Promise)) return rowOf(sheet, resource, visit, found ?? null);
      return found.then((own) => rowOf(sheet, resource, visit, own));
    },
  };
}

interface Sheet {
  readonly readers: readonly Reader[];
  readonly allDead: boolean;
  readonly minimal: boolean;
}

const isDenied = Symbol('denied');
type Answered = PropertyValue | typeof isDenied;

function rowOf(
  sheet: Sheet,
  resource: Resource,
  visit: Visit,
  dead: readonly DeadProperty[] | null,
): Xml | Promise<Xml> {
  const { readers } = sheet;
  const values: (Value | typeof isDenied)[] = new Array(readers.length);
  const own = dead !== null && dead.length > 0 ? new Map(dead.map((each) => [nameKey(each), each])) : null;
  let waits = false;
  const mayRead = resource.may('read');
  for (let at = 0; at < readers.length; at++) {
    const value = readValue(readers[at] as Reader, resource, visit, mayRead, own);
    values[at] = value;
    waits ||= typeof value === 'object';
  }
  const rest = sheet.allDead && own !== null ? [...own.values()].map(({ xml }) => xml).join('') : '';
  if (!waits) return written(sheet, values as Answered[], rest);
  return Promise.all(values).then((ready) => written(sheet, ready, rest));
}

/** The inner XML; the whole element, behind a mark, of a dead property. */
function readValue(
  reader: Reader,
  resource: Resource,
  visit: Visit,
  mayRead: boolean,
  own: Map<string, DeadProperty> | null,
): Value | typeof isDenied {
  const property = propertyOn(reader.live, resource);
  if (own !== null && reader.dead && (property === undefined || property.deadFirst === true)) {
    const found = own.get(reader.key);
    if (found !== undefined) {
      own.delete(reader.key);
      return wholeMark + found.xml;
    }
  }
  if (property === undefined) return undefined;
  const { privilege } = property;
  const may = privilege === 'read' ? mayRead : resource.may(privilege);
  return may ? property.read(resource, visit) : isDenied;
}

function propertyOn(live: readonly LiveProperty[], resource: Resource): LiveProperty | undefined {
  for (const property of live) if (property.on(resource)) return property;
  return undefined;
}

/** XML cannot hold it, so no value begins with it. */
const wholeMark = '\0';

function written({ readers, minimal }: Sheet, values: readonly Answered[], rest: Xml): Xml {
  let found = '';
  let missing = '';
  let denied = '';
  let large = '';
  // Of the property before, where its end tag is still to be written.
  let close = '';
  for (let at = 0; at < readers.length; at++) {
    const reader = readers[at] as Reader;
    const value = values[at];
    if (typeof value === 'string' && value !== '' && value.charCodeAt(0) !== 0) {
      found += close === '' ? reader.open : reader.next;
      found += value;
      close = reader.close;
      continue;
    }
    found += close;
    close = '';
    const { empty, silent } = reader;
    if (value === isDenied) {
      if (!silent) denied += empty;
    } else if (value === tooMuch) large += empty;
    else if (value === undefined) {
      if (!silent) missing += empty;
    } else found += value === '' ? empty : value.slice(1);
  }
  found += close;
  found += rest;
  if (minimal) missing = '';
  const answer = missing === '' && denied === '' && large === '' ? propstat(200, found) : '';
  if (answer !== '') return answer;
  return (
    (found === '' ? '' : propstat(200, found)) +
    (denied === '' ? '' : propstat(403, denied)) +
    (missing === '' ? '' : propstat(404, missing)) +
    (large === '' ? '' : propstat(507, large, '<D:error><D:number-of-matches-within-limits/></D:error>'))
  );
}

/** The status of each propstat, written out: every row has one. */
const endings = {
  200: '</D:prop><D:status>HTTP/1.1 200 OK</D:status>',
  403: '</D:prop><D:status>HTTP/1.1 403 Forbidden</D:status>',
  404: '</D:prop><D:status>HTTP/1.1 404 Not Found</D:status>',
  409: '</D:prop><D:status>HTTP/1.1 409 Conflict</D:status>',
  424: '</D:prop><D:status>HTTP/1.1 424 Failed Dependency</D:status>',
  507: '</D:prop><D:status>HTTP/1.1 507 Insufficient Storage</D:status>',
} as const;

export type PropertyStatus = keyof typeof endings;

/** RFC 4918 §14.22. `more`: DAV:error or DAV:responsedescription. */
export function propstat(status: PropertyStatus, properties: Xml, more: Xml = ''): Xml {
  return `<D:propstat><D:prop>${properties}${endings[status]}${more}</D:propstat>`;
}

/** DAV:propname: what is there, by name alone. */
function namesPlan({ properties }: Registry): Plan {
  const tags = properties.map((property) => ({ property, tag: elementOf(property) }));
  const row = (resource: Resource, dead: readonly DeadProperty[]) => {
    const live = new Map<string, Xml>();
    for (const { property, tag } of tags) {
      if (property.on(resource) && resource.may(property.privilege)) live.set(nameKey(property), tag);
    }
    for (const each of dead) live.set(nameKey(each), elementOf(each));
    return propstat(200, [...live.values()].join(''));
  };
  return {
    wanted: { dead: true, locks: false },
    row(resource) {
      const dead = resource.deadProperties?.() ?? [];
      return dead instanceof Promise ? dead.then((own) => row(resource, own)) : row(resource, dead);
    },
  };
}

import type { Readable } from 'node:stream';
import type { Member } from '../accounts/index.ts';
import type { Clock } from '../base/index.ts';
import type { XmlElement } from '../formats/xml/index.ts';
import type { HttpRequest } from '../net/index.ts';
import type { Quiet } from '../stores/collections/index.ts';
import type { FileCondition } from '../stores/files/index.ts';
import type { tooMuch } from './properties/too-much.ts';

/** An expanded XML name; '' for no name space. */
export interface QName {
  readonly namespace: string;
  readonly name: string;
}

/** What may be at hand: a listing of 10,000 need not wait for each. */
export type Ready<T> = T | Promise<T>;

/** Inner XML, ready to be sent. The prefixes of `prefixes.ts` are declared on every root; others declare their own. */
export type Xml = string;

/** Headers of an answer; of several values each is a line of its own. */
export type HeaderLines = Readonly<Record<string, string | string[]>>;

/** RFC 3744 §3, and those that others define. */
export type DavPrivilege =
  | 'read'
  | 'write-content'
  | 'write-properties'
  | 'bind'
  | 'unbind'
  | 'unlock'
  | 'read-acl'
  | 'write-acl'
  | 'read-current-user-privilege-set'
  | 'read-free-busy'
  | 'schedule-deliver-invite'
  | 'schedule-deliver-reply'
  | 'schedule-query-freebusy'
  | 'schedule-send-invite'
  | 'schedule-send-reply'
  | 'schedule-send-freebusy';

/** Who asks. */
export type Visitor =
  | {
      readonly kind: 'member';
      readonly member: Member;
      /** Their name in paths (`handleOf`). */
      readonly handle: string;
      /** Canonical addresses of the groups that they are in. */
      readonly groups: readonly string[];
    }
  /** Whoever holds a public link; `token` says which. */
  | { readonly kind: 'guest'; readonly token: string };

/** RFC 7240, with `depth-noroot` of RFC 8144 and Microsoft's Brief. */
export interface Preferences {
  readonly return: 'minimal' | 'representation' | null;
  readonly depthNoroot: boolean;
}

/** One request's who and where. */
export interface Visit {
  readonly visitor: Visitor;
  /** What stands before the DAV path in URLs of this request: `/dav`, or `/remote.php/dav`. */
  readonly base: string;
  /** Scheme and authority as the client sees them. */
  readonly origin: string;
  readonly prefer: Preferences;
  readonly request: HttpRequest;
  readonly clock: Clock;
  /** All that is declared, of every extension. */
  readonly dav: Registry;
  /** A resource's URL path, percent-encoded, with the slash of a collection. */
  href(resource: Pick<Resource, 'path' | 'isCollection'>): string;
  /** Lock tokens that the If header submitted (RFC 4918 §10.4), whether or not they hold. */
  readonly tokens: readonly string[];
  /** Registrations for push that need not hear of what this request writes (webdav-push §4.2). */
  readonly quiet: Quiet;
}

/** What a write must still find when it happens; it is refused with StoreError 'conflict' (412) where it does not. */
export interface Seen {
  /** ETag as it was when conditions were judged; null: nothing was there. */
  readonly etag: string | null;
}

export interface WriteOptions {
  readonly visit: Visit;
  readonly seen?: Seen;
}

/** A body that is to be stored. */
export interface Content {
  readonly body: AsyncIterable<Uint8Array>;
  /** As the client declared it; null: it did not (chunked). */
  readonly length: number | null;
  /** Media type as the client named it; null: it did not. */
  readonly type: string | null;
  readonly modifiedMs: number | null;
}

export interface Written {
  readonly resource: Resource;
  readonly created: boolean;
  /** False where what is stored is not the bytes that came: then no ETag is answered (RFC 4791 §5.3.4). */
  readonly verbatim: boolean;
  /** More headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DeadProperty extends QName {
  /** The whole element, standing by itself. */
  readonly xml: Xml;
}

/** Changes of one PROPPATCH, MKCOL or MKCALENDAR: all or none. Null removes. */
export interface PropertyChanges {
  readonly dead: readonly (QName & { readonly xml: Xml | null })[];
  /** By key of the live property, what its `write.parse` made. */
  readonly live: ReadonlyMap<string, unknown>;
}

export interface ActiveLock {
  readonly token: string;
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
  readonly owner: Xml;
  /** DAV:lockroot: a path, percent-encoded. */
  readonly root: string;
  readonly expiresMs: number;
}

export interface LockWish {
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
  readonly owner: Xml;
  readonly seconds: number;
}

export interface LockAbility {
  /** Those that hold here, also by a collection above. */
  active(): Ready<readonly ActiveLock[]>;
  take(wish: LockWish, options: WriteOptions): Promise<ActiveLock>;
  /** Null where that token does not hold here. */
  refresh(token: string, seconds: number, options: WriteOptions): Promise<ActiveLock | null>;
  /** False where there is no such lock here. StoreError 'denied': it is another's. */
  release(token: string, options: WriteOptions): Promise<boolean>;
}

/** RFC 6578. Tokens are what follows the prefix of the `DAV:sync-token` URI. */
export interface SyncAbility {
  token(): Promise<string>;
  /** '' is the beginning. StoreError 'invalid' for a token that is not, or no more, good. */
  changes(
    since: string,
    max: number,
  ): Promise<{
    readonly changed: readonly Resource[];
    /** Names; a slash behind those that were collections. */
    readonly gone: readonly string[];
    readonly token: string;
    readonly more: boolean;
  }>;
}

/** An access control entry (RFC 3744 §5.5) that grants. */
export interface Ace {
  /** A path below the DAV root. */
  readonly principal: readonly string[];
  readonly privileges: readonly DavPrivilege[];
  /** Where it was given, if that is a folder above. */
  readonly inherited: readonly string[] | null;
}

/** RFC 5323 DAV:basicsearch, as far as it is understood here. `like` has `%` and `_` as there (§5.17). */
export type SearchCondition = FileCondition;

/** What is at a URL. Abilities that are absent are answered with 405 or 403. */
export interface Resource {
  /** What properties, methods and reports are declared on: `file`, `folder`, `principal`, `calendar` … */
  readonly kind: string;
  /** Below the DAV root, decoded, canonical: `['files', 'ana', 'Letters']`. */
  readonly path: readonly string[];
  readonly isCollection: boolean;
  /** Strong, with its quotes; null where there is none. */
  readonly etag: string | null;
  readonly displayName: string;
  /** Bytes of what GET answers; null where there is nothing to get. */
  readonly length: number | null;
  readonly type: string | null;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number | null;
  readonly createdMs: number | null;
  /** DAV:resourcetype beside `collection`. */
  readonly types?: readonly QName[];
  /** More of it, for which somebody must be asked. */
  moreTypes?(): Ready<readonly QName[]>;
  /** Whether the visitor may; what they may not `read` is answered as if it were not there. */
  may(privilege: DavPrivilege): boolean;
  /** The principal it belongs to: a path below the DAV root; null for none. */
  readonly owner: readonly string[] | null;

  open?(range?: readonly [start: number, end: number]): Readable;
  /** All of it, where it is small and nothing has to be waited for; null: `open` it. */
  readNow?(): Buffer | null;
  /** It is answered as a whole alone, whatever range is asked for. */
  readonly wholeOnly?: boolean;
  /** More for the header of what GET and HEAD answer. */
  headers?(): Readonly<Record<string, string>>;
  /** Takes a new content. */
  put?(content: Content, options: WriteOptions): Promise<Written>;
  remove?(options: WriteOptions): Promise<void>;
  /** `target.parent` may be of another kind or space: refuse with DavError 403 what cannot be. */
  copyTo?(target: CopyTarget, options: WriteOptions): Promise<Written>;
  moveTo?(target: CopyTarget, options: WriteOptions): Promise<Written>;

  /** Whom it is shared with; absent: nobody but its owner. */
  acl?(): Promise<readonly Ace[]>;
  readonly locks?: LockAbility;
  /** At hand where they were read for a listing. */
  deadProperties?(): Ready<readonly DeadProperty[]>;
  patch?(changes: PropertyChanges, options: WriteOptions): Promise<void>;
  /** Whether the visitor may set a property, where they may set some alone; `key`: of a live one. Absent: any. */
  sets?(property: QName, key: string | null): boolean;
}

/** A collection. Members come in pages, so that no listing is ever held whole. */
export interface Collection extends Resource {
  readonly isCollection: true;
  /** `with`: what will be asked of each, so that it can be read for a page at once. */
  members(wanted: { readonly dead: boolean; readonly locks: boolean }): AsyncIterable<readonly Resource[]>;
  create?(name: string, content: Content, options: WriteOptions): Promise<Written>;
  /** `types`: DAV:resourcetype without `collection` (RFC 5689). */
  makeCollection?(
    name: string,
    types: readonly QName[],
    changes: PropertyChanges,
    options: WriteOptions,
  ): Promise<Written>;
  /** All of it as one text, for who asks for that and not for a page. */
  whole?(): Resource | null;
  readonly sync?: SyncAbility;
  /**
   * Members with their content, where that is read cheaper at once: in batches that may be held. What went meanwhile is left
   * out.
   */
  withContent?(members: readonly Resource[]): AsyncIterable<readonly Resource[]>;
  /** What is so at any depth below it, in no order, at most `max`. */
  search?(where: SearchCondition, max: number): Promise<readonly Resource[]>;
  /** RFC 4331; null for no limit. */
  quota?(): Promise<{ readonly used: number; readonly available: number | null }>;
}

export interface CopyTarget {
  readonly parent: Collection;
  readonly name: string;
  /** What stands there; it is replaced, as overwriting was allowed. */
  readonly existing: Resource | null;
  readonly depth: '0' | 'infinity';
}

/** Where a path leads. */
export interface Found {
  readonly resource: Resource | null;
  /** The collection above it, where that is there. */
  readonly parent: Collection | null;
  /** Its name there; '' for the root of a space. */
  readonly name: string;
}

/** A tree below the DAV root: files, calendars, contacts, principals. */
export interface Space {
  /** The first segment: `files` for `/dav/files/…`; '' where every path of a base is its own. */
  readonly name: string;
  /** `path` without that segment. What the visitor may not see is not found. */
  find(visit: Visit, path: readonly string[]): Promise<Found>;
  /** Where guests come in: it judges their login in place of the members'. Absent: members alone. */
  admit?(path: readonly string[], login: GuestLogin | null, remote: string): Promise<Admission>;
}

/** What a guest brought as Basic credentials. */
export interface GuestLogin {
  readonly user: string;
  readonly password: string;
}

/** Refused with 401; with 429 where `retryAfterMs` is more than 0. */
export type Admission =
  | { readonly ok: true; readonly visitor: Visitor }
  | { readonly ok: false; readonly retryAfterMs: number };

/** Undefined: 404. `tooMuch`: 507, for the value would be larger than is answered. */
export type PropertyValue = Xml | undefined | typeof tooMuch;

/** A live property (RFC 4918 §15), declared. `key` names it in PropertyChanges. */
export interface LiveProperty extends QName {
  readonly key: string;
  /** Where it is specified, such as `4918 §15.1`. */
  readonly rfc: string;
  on(resource: Resource): boolean;
  /** What the visitor must be allowed on the resource. */
  readonly privilege: DavPrivilege;
  /** Whether DAV:allprop answers it (RFC 4918 §9.1, and what later documents ask to leave out). */
  readonly allprop: boolean;
  /** A dead property of that name stands in its place, and setting it makes one: the value here is what it is until then. */
  readonly deadFirst?: boolean;
  /** Of one that says yes or no: what it says yes of anywhere below a resource. Absent: it cannot be searched. */
  marked?(resource: Resource, visit: Visit): AsyncIterable<Resource>;
  /** It is set with what is made, and protected from then on. */
  readonly onlyWhenMade?: boolean;
  read(resource: Resource, visit: Visit): Ready<PropertyValue>;
  /**
   * Absent: protected. `parse` throws DavError for a value that cannot be. `privilege`: what the visitor must be allowed
   * for it; absent: to write properties.
   */
  readonly write?: {
    parse(value: XmlElement | null): unknown;
    readonly privilege?: DavPrivilege;
  };
}

/** A property that is answered by reports alone, as their body asks for it (RFC 4791 §9.6, RFC 6352 §10.4), declared. */
export interface ReportProperty extends QName {
  readonly rfc: string;
  on(resource: Resource): boolean;
  /** `element`: as it stands in DAV:prop. DavError for what cannot be answered. */
  prepare(element: XmlElement, asked: AskedReport): PreparedProperty;
}

export interface AskedReport {
  readonly exchange: Exchange;
  readonly resource: Resource;
  readonly body: XmlElement;
}

/** One made ready for many resources, which are read with their content. */
export interface PreparedProperty {
  read(resource: Resource): Ready<PropertyValue>;
  /** Whether nothing more of it is answered to this request. Absent: it never is so. */
  isSpent?(): boolean;
}

/** A report (RFC 3253 §3.6), declared. */
export interface DavReport extends QName {
  readonly rfc: string;
  on(resource: Resource): boolean;
  readonly privilege: DavPrivilege;
  run(exchange: Exchange, resource: Resource, body: XmlElement): Promise<void>;
}

/** What is asked by the root of an XML document that is posted to a resource, declared. */
export interface DavPost extends QName {
  readonly rfc: string;
  on(resource: Resource): boolean;
  readonly privilege: DavPrivilege;
  run(exchange: Exchange, resource: Resource, body: XmlElement): Promise<void>;
}

/** What a method must be allowed, and where: on the resource, or on the collection above it. */
export interface Demand {
  readonly on: 'resource' | 'parent';
  readonly privilege: DavPrivilege;
}

/** A method, declared. `demands` has no default: what it does to a target is allowed before it runs. */
export interface DavMethod {
  readonly name: string;
  readonly rfc: string;
  /** Whether it stands in Allow. */
  on(found: Found): boolean;
  demands(found: Found): readonly Demand[];
  run(exchange: Exchange, found: Found): Promise<void>;
}

/** A request being answered. */
export interface Exchange {
  readonly visit: Visit;
  readonly method: string;
  /** Of the request URI, below the DAV root. */
  readonly path: readonly string[];
  /** The URL ended with a slash. */
  readonly slash: boolean;
  /** What stood behind the '?' of the URL, as it came; '' for nothing. */
  readonly query: string;
  /** For what this request writes: with `seen` where it had conditions that hold of the request URI. */
  readonly write: WriteOptions;
  header(name: string): string | undefined;
  /** The body as XML; null where there is none. `verbatim`: so that parts of it can be kept as written. DavError 400, 413, 415. */
  xml(as?: 'verbatim'): Promise<XmlElement | null>;
  /** The body, to be read once; says 100 Continue before the first byte is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Content-Length; null where the body is chunked. 0 where there is none. */
  readonly length: number | null;
  find(path: readonly string[]): Promise<Found>;
  /** A URL as a client writes it, absolute or a path -> the path below the DAV root. DavError 400. */
  locate(uri: string): readonly string[] | 'elsewhere' | 'no-dav';
  /** Where the Destination header leads (RFC 4918 §10.3). DavError 400, 403, 502. */
  destination(): readonly string[];
  /** Throws DavError 403 `need-privileges`, or 404 where the visitor may not even see it. */
  demand(resource: Resource, privilege: DavPrivilege): void;
  /** Answers without a body, or with a short one. */
  send(status: number, headers?: HeaderLines, body?: string | Buffer): void;
  /** Answers with a stream. */
  stream(status: number, headers: Readonly<Record<string, string>>, body: Readable): Promise<void>;
  /** 207, sent while it is made; a slow client makes its maker wait. */
  multiStatus(headers?: Readonly<Record<string, string>>): MultiStatus;
}

export interface MultiStatus {
  /** One DAV:response, children only. Await what it answers: the client takes no more yet, or others have their turn. Null: go on. */
  response(href: string, inner: Xml): Promise<void> | null;
  /** Anything else inside DAV:multistatus, such as DAV:sync-token. */
  raw(xml: Xml): Promise<void> | null;
  /** Between two steps of what makes it: as `response`, without an answer. */
  rest(): Promise<void> | null;
  end(): Promise<void>;
}

/** Where DAV is found: what stands before its paths. */
export interface DavBase {
  /** `/dav`, `/remote.php/dav`; without a slash at its end. '' stands for `/` itself and nothing below it. */
  readonly prefix: string;
  /** The methods that it has; with others the request is not ours. Absent: all. */
  readonly only?: readonly string[];
  /** Where below the DAV root it leads; absent: to the root. */
  below?(visitor: Visitor): readonly string[];
}

/** What a folder adds to DAV: `webdav` itself the files, `caldav` calendars, `carddav` address books. */
export interface DavExtension {
  readonly name: string;
  /** Tokens of the DAV header. */
  readonly features: readonly string[];
  readonly methods: readonly DavMethod[];
  readonly properties: readonly LiveProperty[];
  readonly reportProperties?: readonly ReportProperty[];
  readonly reports: readonly DavReport[];
  readonly spaces: readonly Space[];
  readonly posts?: readonly DavPost[];
  /** More for the header of what OPTIONS answers. */
  readonly options?: Readonly<Record<string, string>>;
  /** Names below `/.well-known/` by which clients look for the DAV root (RFC 6764 §5). */
  readonly wellKnown?: readonly string[];
}

/** The extensions' lists, each put together in order. */
export type Registry = Required<Omit<DavExtension, 'name' | 'wellKnown' | 'posts'>>;

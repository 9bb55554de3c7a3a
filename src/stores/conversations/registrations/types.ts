/** A client that wants to be woken (XEP-0357). */
export interface PushRegistration {
  /** The JID of the app server. */
  readonly service: string;
  /** '' where it named none. */
  readonly node: string;
  /** The form of publish-options, as XML; '' for none. */
  readonly options: string;
  /** The client that asked: its id (XEP-0388), or its resource where it has none. */
  readonly client: string;
  /** What it had signed in with, as accounts name it. */
  readonly credential: string;
}

export interface PushRow extends PushRegistration {
  /** In a row. */
  readonly failures: number;
  /** 0 for never. */
  readonly lastOkMs: number;
}

export interface Pushes {
  /** The same again renews it. StoreError 'limit'. */
  enable(account: number, registration: PushRegistration): Promise<void>;
  /** `node` null: all of that service. How many there were. */
  disable(account: number, service: string, node: string | null): Promise<number>;
  of(account: number): Promise<readonly PushRow[]>;
  /** Whether it was forgotten, for it failed too often. */
  settle(account: number, which: Pick<PushRegistration, 'service' | 'node'>, ok: boolean): Promise<boolean>;
}

/** A token of XEP-0484. It is the key of an HMAC, so that it is kept as it is. */
export interface FastToken {
  readonly token: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
}

export interface FastTokens {
  readonly client: string;
  readonly mechanism: string;
  /** The one in use; null before the first use. */
  readonly current: FastToken | null;
  /** Issued, and not used yet; with its first use the other one ends. */
  readonly next: FastToken | null;
  /** What the client had signed in with when it got them, and the version of the member's credentials by then. */
  readonly credential: string;
  readonly version: number;
  /** The highest count that came with `current` (XEP-0484 §3.4); -1 for none. */
  readonly count: number;
}

export interface Tokens {
  /** Ends what the client has of another credential, or, where that is no password, of another `version`. */
  issue(
    account: number,
    a: {
      readonly client: string;
      readonly mechanism: string;
      readonly token: string;
      readonly expiresMs: number;
      readonly version: number;
      readonly credential: string;
    },
  ): Promise<void>;
  /** What a client may come with; tokens that ended are left out. */
  find(account: number, client: string): Promise<readonly FastTokens[]>;
  /**
   * A token was proven: a next one becomes the current one. False where it ended meanwhile, or where `count` is not above
   * all that came before.
   */
  use(
    account: number,
    a: {
      readonly client: string;
      readonly mechanism: string;
      readonly token: string;
      readonly count: number | null;
    },
  ): Promise<boolean>;
  /** Of one client, or of all: how many rows went. */
  revoke(account: number, client?: string): Promise<number>;
}

export interface Device {
  /** The id that the client gave itself (XEP-0388 §2.2.1). */
  readonly client: string;
  /** XEP-0386 §3. */
  readonly tag: string;
  readonly software: string;
  /** As its owner named it. */
  readonly name: string;
  /** What it last signed in with, as accounts name it. */
  readonly credential: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

export interface Devices {
  seen(
    account: number,
    device: Pick<Device, 'client' | 'tag' | 'software' | 'name' | 'credential'>,
  ): Promise<void>;
  /** Last seen first, and whether it may come back without a password. */
  of(account: number): Promise<readonly (Device & { readonly hasToken: boolean })[]>;
  /** With its tokens and its push registrations; whether it was there. */
  remove(account: number, client: string): Promise<boolean>;
}

export type InviteKind = 'account' | 'contact';

export interface NewInvite {
  readonly kind: InviteKind;
  /** 0: whoever runs the server. */
  readonly creator: number;
  /** The local part that is kept for who comes; '' for any. */
  readonly local: string;
  /** What who comes is put into. */
  readonly groups: readonly string[];
  readonly rooms: readonly string[];
  /** For who made it. */
  readonly label: string;
  readonly uses: number;
  readonly expiresMs: number;
}

export interface Invite extends Omit<NewInvite, 'uses'> {
  readonly id: number;
  readonly usesLeft: number;
  readonly createdMs: number;
}

export interface Invites {
  /** The token is shown once. StoreError 'limit'. */
  create(invite: NewInvite): Promise<{ readonly token: string; readonly id: number }>;
  /** Null where it is none, was used up or ended. */
  peek(token: string): Promise<Invite | null>;
  /** Uses it once. StoreError 'not-found' where `peek` would answer null, or of another kind. */
  take(token: string, kind: InviteKind): Promise<Invite>;
  /** What it was taken for did not come to be. */
  giveBack(token: string): Promise<void>;
  /** Those that hold, newest first. */
  of(creator: number): Promise<readonly Invite[]>;
  /** Whether it was there, and of that creator. */
  revoke(creator: number, id: number): Promise<boolean>;
}

/** `open`: nothing came yet; `taking`: it comes; `there`: it may be fetched. */
export type UploadState = 'open' | 'taking' | 'there';

export interface Upload {
  readonly id: number;
  readonly account: number;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly state: UploadState;
  /** Where it is kept, as the caller wrote it; '' before. */
  readonly file: string;
  /** Hexadecimal; '' before. */
  readonly sha256: string;
  readonly createdMs: number;
  /** Of the slot, then of the file; 0: never. */
  readonly expiresMs: number;
}

export interface Uploads {
  /** Two tokens: one to put with, one to get with. StoreError 'limit'. */
  open(
    account: number,
    slot: Pick<Upload, 'name' | 'size' | 'type' | 'expiresMs'>,
  ): Promise<{ readonly id: number; readonly put: string; readonly get: string }>;
  byPut(token: string): Promise<Upload | null>;
  /** Null where nothing is there yet, or any more. */
  byGet(token: string): Promise<Upload | null>;
  /** One may put it. StoreError 'not-found'; 'conflict' where somebody does, or did. */
  begin(id: number): Promise<Upload>;
  /** StoreError 'conflict' where nobody was putting it. */
  landed(id: number, a: Pick<Upload, 'file' | 'sha256' | 'expiresMs'>): Promise<void>;
  /** It did not come whole: it may be put again. */
  failed(id: number): Promise<void>;
  /** By id, in pages. */
  of(account: number): AsyncIterable<readonly Upload[]>;
  /** The file was deleted elsewhere. */
  forgetFile(account: number, file: string): Promise<void>;
  /** Files whose time is over: the caller deletes them, and says so. */
  over(): Promise<readonly Upload[]>;
  forget(ids: readonly number[]): Promise<void>;
}

export interface NewQueued {
  /** The server that it goes to. */
  readonly domain: string;
  readonly stanza: string;
  /** Who hears of it when it cannot be sent. */
  readonly sender: string;
  /** Of that sender; 0: not a member's. */
  readonly account: number;
  readonly expiresMs: number;
}

export interface Queued extends NewQueued {
  /** Within its domain, ever higher. */
  readonly seq: number;
  readonly atMs: number;
}

export interface Queue {
  /** In one commit. A number for each; null where there was no room for it. */
  append(rows: readonly NewQueued[]): Promise<readonly (number | null)[]>;
  /** The next ones after a number; fewer than `max` where they are large. */
  next(domain: string, after: number, max: number): Promise<readonly Queued[]>;
  /** All up to that number arrived; how many there were. */
  dropUpTo(domain: string, seq: number): Promise<number>;
  drop(domain: string, seqs: readonly number[]): Promise<number>;
  /** Whose time is over, the first to end first: the caller tells the senders, and drops them. */
  over(): Promise<readonly Queued[]>;
  /** With anything waiting, in pages. */
  domains(): AsyncIterable<
    readonly { readonly domain: string; readonly rows: number; readonly bytes: number }[]
  >;
  total(): Promise<{ readonly rows: number; readonly bytes: number }>;
  /** Epoch ms at which the one was put there that ends first; null where nothing waits. */
  oldest(): Promise<number | null>;
}

export interface Policy {
  readonly domain: string;
  readonly action: 'allow' | 'block';
  readonly reason: string;
  /** Who says so: an administrator, the address of a list. */
  readonly source: string;
}

export interface Policies {
  set(policy: Policy): Promise<void>;
  remove(domain: string): Promise<boolean>;
  /** Those of these domains that have one: ask for a domain and all above it. */
  find(domains: readonly string[]): Promise<readonly Policy[]>;
  list(): AsyncIterable<readonly Policy[]>;
  /** Everything that a source says, in place of what it said; what others say of a domain stays. */
  replace(source: string, policies: readonly Omit<Policy, 'source'>[]): Promise<void>;
}

/** What clients, members and servers leave with us. Writes are durable when they resolve. */
export interface Registrations {
  readonly push: Pushes;
  readonly tokens: Tokens;
  readonly devices: Devices;
  readonly invites: Invites;
  readonly uploads: Uploads;
  readonly queue: Queue;
  readonly policies: Policies;
  /** Lets go of devices, tokens and pushes of clients that had signed in with a password that is not `living` any more. */
  retain(account: number, living: ReadonlySet<string>): Promise<void>;
  erase(member: number): Promise<void>;
  /** Forgets what ended, a step at a time; files and stanzas are their callers' to end. */
  purge(): Promise<void>;
}

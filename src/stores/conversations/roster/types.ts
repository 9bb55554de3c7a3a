/** How an account stands to a contact (RFC 6121 §2.1.2, appendix A.1), and what it calls it. */
export interface Contact {
  /** Bare address. */
  readonly contact: string;
  /** It stands in the list that clients see; who has only asked for a subscription does not. */
  readonly listed: boolean;
  readonly name: string;
  readonly groups: readonly string[];
  readonly subscription: 'none' | 'to' | 'from' | 'both';
  /** The account has asked for a subscription and has no answer. */
  readonly ask: boolean;
  /** The contact has asked for one and has no answer; `request` is what it said. */
  readonly pendingIn: boolean;
  /** What the contact has asked for is agreed to before it asks (§3.4). */
  readonly approved: boolean;
  /** The presence stanza of type subscribe, as XML; null without one. */
  readonly request: string | null;
  /** Ascends within the account with every change of any contact; 0 of who is not known. */
  readonly ver: number;
}

/** What is left out stays as it is; of somebody new it is nothing. */
export type ContactChange = Partial<Omit<Contact, 'contact' | 'ver'>>;

/** XEP-0313 §7.1: whose messages are archived; bare or full addresses. */
export interface ArchivePreferences {
  readonly standard: 'always' | 'never' | 'roster';
  readonly always: readonly string[];
  readonly never: readonly string[];
}

/** What a session, or a stanza for an account, needs to know of it. */
export interface HomeState {
  /** By bare address; those that were listed once among them, to tell who has an older list. */
  readonly contacts: ReadonlyMap<string, Contact>;
  /** Who has a list of this version or a later one can be told what has changed since; of earlier changes some are forgotten. */
  readonly verFloor: number;
  /** The newest version of a contact. */
  readonly ver: number;
  /** XEP-0191: addresses, bare, full, of domains, or of a domain's resources. */
  readonly blocked: ReadonlySet<string>;
  /** Null where the member has said nothing. */
  readonly preferences: ArchivePreferences | null;
  /** When the account was last there, and what it said then (XEP-0012, RFC 6121 §4.5.2); null before that. */
  readonly last: LastSeen | null;
}

export interface LastSeen {
  readonly atMs: number;
  readonly status: string;
}

/** What a member may be told of in chat though nobody has said it there: mail that came, and invitations to appointments. */
export const noticeKinds = ['mail', 'invitations'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface PrivateName {
  readonly name: string;
  readonly ns: string;
}

export interface RosterStore {
  /** All of it with one call. */
  load(account: number): Promise<HomeState>;
  /** Told after each change of anything that the account has. */
  subscribe(account: number, listener: () => void): () => void;
  /**
   * Changes one contact where its version still is `ver`, which the change was computed from (0: it is not known). A contact
   * that is nothing any more is forgotten, and remembered as gone where it was listed; else its version is 0. StoreError
   * 'conflict' (read again), 'limit', 'too-large'.
   */
  change(account: number, contact: string, ver: number, change: ContactChange): Promise<Contact>;
  /** Accounts of this server that have the contact, in steps: those after `after`. */
  holders(contact: string, after: number): Promise<readonly number[]>;
  /** Adds and takes away; 'limit' where there would be too many. */
  block(
    account: number,
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[] | 'all' },
  ): Promise<void>;
  setPreferences(account: number, preferences: ArchivePreferences): Promise<void>;
  setLast(account: number, last: LastSeen): Promise<void>;
  /** Of what the member wants to be told; of nothing where they have said nothing. */
  notices(account: number): Promise<ReadonlySet<NoticeKind>>;
  setNotices(account: number, wanted: Iterable<NoticeKind>): Promise<void>;
  /** XEP-0049: the element that was kept under that name; null for none. */
  privateXml(account: number, name: PrivateName): Promise<string | null>;
  /** All of them, by name space and name. */
  allPrivateXml(account: number): Promise<readonly (PrivateName & { readonly xml: string })[]>;
  /** 'too-large', 'limit'. */
  setPrivateXml(account: number, name: PrivateName, xml: string): Promise<void>;
  erase(account: number): Promise<void>;
  /**
   * An address is nobody's any more: whoever has it as a contact keeps its name, and there is nothing between them. Answers the
   * accounts whose contacts that has changed. May be done again.
   */
  estrange(contact: string): Promise<readonly number[]>;
  purge(): Promise<void>;
}

export type RoomAffiliation = 'owner' | 'admin' | 'member' | 'outcast';
export type RoomRole = 'moderator' | 'participant' | 'visitor';

/** XEP-0045 §15.5.4 in typed fields. */
export interface RoomConfig {
  readonly name: string;
  readonly description: string;
  readonly language: string;
  /** Stays when the last occupant has left. */
  readonly persistent: boolean;
  /** Whoever lists the rooms of the service is told of it. */
  readonly public: boolean;
  readonly membersOnly: boolean;
  readonly moderated: boolean;
  /** '' for none. */
  readonly password: string;
  readonly whois: 'anyone' | 'moderators';
  readonly allowInvites: boolean;
  readonly allowSubjectChange: boolean;
  readonly privateMessages: 'anyone' | 'participants' | 'moderators' | 'none';
  readonly presenceBroadcast: readonly RoomRole[];
  /** Null: as many as there is room for. */
  readonly maxUsers: number | null;
  /** Messages that who enters is sent. */
  readonly historyMax: number;
  /** What is said is kept (XEP-0313). */
  readonly archive: boolean;
  /** Whom to ask about the room: JIDs. */
  readonly contacts: readonly string[];
}

export interface RoomAddress {
  /** The host of the service. */
  readonly service: string;
  readonly local: string;
}

export interface Subject {
  readonly text: string;
  /** The nick of who set it. */
  readonly by: string;
  readonly atMs: number;
}

export interface RoomRow extends RoomAddress {
  /** Never given twice. */
  readonly id: number;
  readonly config: RoomConfig;
  /** Null where nobody ever set one. */
  readonly subject: Subject | null;
  /** The account of who made it; 0 for nobody of here, or nobody any more. */
  readonly creator: number;
  readonly createdMs: number;
  readonly activeMs: number;
  /** Whose list its members follow, as the caller wrote it; null: its own. */
  readonly binding: string | null;
  /** Goes up with each change of anything but `activeMs`. */
  readonly ver: number;
  readonly affiliations: number;
  /** SHA-1 of the picture (XEP-0153), as the caller worked it out; '' for none. */
  readonly pictureHash: string;
}

export interface RoomMember {
  /** Bare. */
  readonly jid: string;
  /** Whose JID it is; 0 for one that is not of here. With that account its row goes. */
  readonly account: number;
  readonly affiliation: RoomAffiliation;
  /** Reserved (XEP-0045 §7.10); '' for none. */
  readonly nick: string;
  readonly reason: string;
  /** The room's, when this changed. */
  readonly ver: number;
}

export interface NewRoom extends RoomAddress {
  readonly config: RoomConfig;
  readonly creator: number;
  readonly owners: readonly { readonly jid: string; readonly account: number }[];
  readonly binding?: string | null;
}

/** What a room's address says after its end (XEP-0045 §10.9). */
export interface Tombstone {
  readonly reason: string;
  /** The JID of the room that follows it; '' for none. */
  readonly alternate: string;
}

export type RoomState =
  | {
      readonly kind: 'room';
      readonly room: RoomRow;
      /** Of ids of occupants (XEP-0421); leaves this process never. */
      readonly occupantSecret: string;
      readonly members: readonly RoomMember[];
    }
  | ({ readonly kind: 'gone'; readonly atMs: number } & Tombstone);

export interface AffiliationChange {
  readonly jid: string;
  readonly account: number;
  /** Null: none; left out: as it is, and StoreError 'not-found' where there is none. */
  readonly affiliation?: RoomAffiliation | null;
  /** '' gives it back; left out: as it is. */
  readonly nick?: string;
  readonly reason?: string;
}

/** What really changed. */
export interface AffiliationChanged {
  readonly jid: string;
  readonly before: RoomMember | null;
  readonly after: RoomMember | null;
}

export interface RoomPage {
  readonly after?: string;
  /** `''` is the end of the list. */
  readonly before?: string;
  readonly max: number;
  /** Part of a name or of an address, in whatever case. */
  readonly search?: string;
}

/**
 * Rooms. Writes are durable when they resolve. StoreError 'not-found' where the room is not there, 'invalid', 'limit' and
 * 'too-large' for what may not be.
 */
export interface RoomsStore {
  /** StoreError 'exists' where there is one, or was one whose address is kept: then `gone` is 1 in its details. */
  create(room: NewRoom): Promise<RoomRow>;
  /** Everything of a room in one call; null where there never was one. */
  load(address: RoomAddress): Promise<RoomState | null>;
  /** Without its members; null for one that is gone too. */
  room(address: RoomAddress): Promise<RoomRow | null>;
  roomById(id: number): Promise<RoomRow | null>;
  /** `ver`: StoreError 'conflict' where the room has changed since. */
  update(
    id: number,
    change: {
      readonly config?: RoomConfig;
      readonly subject?: Omit<Subject, 'atMs'>;
      readonly binding?: string | null;
    },
    ver?: number,
  ): Promise<RoomRow>;
  /** A vcard-temp element and the hash of its picture; null takes it away. */
  setCard(id: number, card: { readonly xml: string; readonly pictureHash: string } | null): Promise<RoomRow>;
  /** The vcard-temp element; null for none. */
  card(id: number): Promise<string | null>;
  /** Somebody spoke or came: many rooms in one commit. */
  touch(rooms: readonly { readonly id: number; readonly atMs: number }[]): Promise<void>;
  /**
   * A list is changed together (XEP-0045 §9). StoreError 'conflict' where nobody would own the room any more, 'exists'
   * where somebody else has the nick.
   */
  setAffiliations(
    id: number,
    changes: readonly AffiliationChange[],
  ): Promise<{ readonly ver: number; readonly changed: readonly AffiliationChanged[] }>;
  member(id: number, jid: string): Promise<RoomMember | null>;
  /** Whose a reserved nick is, in whatever case it is written (RFC 8266). */
  memberByNick(id: number, nick: string): Promise<RoomMember | null>;
  /** By JID, in pages; all, or of one affiliation. */
  members(id: number, affiliation?: RoomAffiliation): AsyncIterable<readonly RoomMember[]>;
  /** Rooms that a JID stands to, outcasts too. */
  roomsOf(
    jid: string,
  ): Promise<
    readonly { readonly room: RoomRow; readonly affiliation: RoomAffiliation; readonly nick: string }[]
  >;
  roomsBoundTo(binding: string): Promise<readonly RoomRow[]>;
  /** All that there are, hidden ones too, in pages: for whoever runs the server. */
  all(): AsyncIterable<readonly RoomRow[]>;
  /** Public rooms of a service by address. */
  listed(
    service: string,
    page: RoomPage,
  ): Promise<{
    readonly rooms: readonly RoomRow[];
    readonly total: number;
    /** How many stand before the first of these. */
    readonly index: number;
    readonly complete: boolean;
  }>;
  /** Whether it was there. With a tombstone its address is kept. */
  destroy(id: number, tombstone: Tombstone | null): Promise<boolean>;
  /** Gives back the address of one that is gone; whether it was kept. */
  release(address: RoomAddress): Promise<boolean>;
  /** Rooms that do not stay, of before a start: nobody is in them. Answers their ids. */
  dropTemporary(): Promise<readonly number[]>;
  /** A member stands to no room any more. A room may be left without an owner: then who runs the service owns it. */
  erase(member: number): Promise<void>;
  /** An address is nobody's any more, and stands to no room: neither will who has it later. */
  forget(jid: string): Promise<void>;
  /** Forgets addresses that were kept long enough. */
  purge(): Promise<void>;
}

/** What a device asks for. */
export interface NewRegistration {
  /** Whose device it is. */
  readonly member: number;
  /** Whose collections they are. */
  readonly account: number;
  /** The id of a collection, or the name of a home. */
  readonly place: string;
  /** Where the push service takes messages: an absolute https URL. */
  readonly resource: string;
  /** P-256, uncompressed, base64url (RFC 8291 §2.1). */
  readonly publicKey: string;
  /** Base64url (RFC 8291 §3.2). */
  readonly authSecret: string;
  /** Changes of content: of the place itself (0), or of its members too (1); null: not asked for. */
  readonly contentDepth: 0 | 1 | null;
  /** Changes of the place's own properties. */
  readonly properties: boolean;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

export interface Registration extends NewRegistration {
  readonly token: string;
}

export interface PushStore {
  /** Durable when it resolves. StoreError 'limit': the member has too many. */
  register(wish: NewRegistration): Promise<{ readonly token: string; readonly created: boolean }>;
  /** Null for none, and for one that ended. */
  find(token: string): Promise<Registration | null>;
  /** Those that hold, in pages. */
  of(account: number, place: string): AsyncIterable<readonly Registration[]>;
  /** Whether it was there. */
  remove(token: string): Promise<boolean>;
  /** Of a place that is gone. */
  removeOf(account: number, place: string): Promise<void>;
  /** What a member asked for, and what others asked for of what was theirs. */
  erase(member: number): Promise<void>;
  /** Forgets what ended. */
  purge(): Promise<void>;
}

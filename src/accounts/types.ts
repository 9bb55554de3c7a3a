import type { ScramMechanism } from './scram.ts';

/** Who a session is. `id` keys every row of the member's data. */
export interface Member {
  readonly id: number;
  /** Primary address, `local@domain`, normalised. */
  readonly address: string;
  readonly name: string;
  readonly admin: boolean;
  readonly disabled: boolean;
  /** Changes with every change of a credential; caches are keyed by it. */
  readonly version: number;
}

/** What a credential may be used for; an app password may carry fewer than all. */
export const scopes = ['mail', 'submission', 'dav', 'chat', 'api'] as const;
export type Scope = (typeof scopes)[number];

export type AuthFailure = 'credentials' | 'disabled' | 'throttled' | 'busy' | 'scope' | 'unavailable';

export type AuthResult =
  | {
      readonly ok: true;
      readonly member: Member;
      readonly credential: string;
      /** The member's own password, and neither one that an app keeps nor a token; absent for those. */
      readonly own?: true;
      /** Milliseconds since 1970 when the credential ends, and what was opened with it; absent where it does not. */
      readonly expiresAtMs?: number;
    }
  | { readonly ok: false; readonly reason: AuthFailure; readonly retryAfterMs: number };

export interface PasswordLogin {
  /** `local@domain`, or a local part alone for the main domain; `%40` is read as '@'. */
  readonly username: string;
  readonly password: string;
  readonly scope: Scope;
  /** The client's address: throttling counts by it and by account. */
  readonly remote: string;
}

/** What an issuer says of a token. */
export interface TokenClaims {
  /** As in PasswordLogin. */
  readonly username: string;
  /** Whether the token carries the scope that is asked for. */
  readonly scoped: boolean;
  /** Milliseconds since 1970; absent where the issuer names no end (RFC 7662 §2.2 exp). */
  readonly expiresAtMs?: number;
}

/** What a client that comes with a wrong token is told (RFC 7628 §3.2.2). */
export interface TokenAdvice {
  readonly scope: string | null;
  /** URL of the issuer's OpenID configuration. */
  readonly configuration: string | null;
}

/** Who knows what bearer tokens are worth. */
export interface TokenVerifier extends TokenAdvice {
  /** Null for a token that is worth nothing; 'busy': ask again. Rejects where that cannot be found out now. */
  verify(token: string): Promise<TokenClaims | 'busy' | null>;
}

export interface TokenLogin {
  /** As in PasswordLogin, '' for whomever the token names. */
  readonly username: string;
  readonly token: string;
  readonly scope: Scope;
  readonly remote: string;
}

export type SignIn =
  | { readonly ok: true; readonly member: Member }
  | { readonly ok: false; readonly reason: 'credentials' | 'throttled'; readonly retryAfterMs: number };

export type ApiTokenFound =
  | { readonly ok: true; readonly member: Member; readonly scopes: readonly string[] }
  | {
      readonly ok: false;
      readonly reason: 'credentials' | 'throttled';
      readonly ours: boolean;
      readonly retryAfterMs: number;
    };

/** Where a message for an address goes. */
export type Recipient =
  | {
      readonly kind: 'member';
      readonly account: number;
      readonly address: string;
      readonly tag: string | null;
    }
  | { readonly kind: 'remote'; readonly address: string };

export type Resolution =
  /** Deliver to all of these (an alias or group names several). */
  | { readonly kind: 'local'; readonly recipients: readonly Recipient[] }
  /** The domain is ours, the local part is unknown. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'disabled' }
  /** The domain is not ours. */
  | { readonly kind: 'foreign' };

export interface ScramStart {
  readonly mechanism: ScramMechanism;
  /** As in PasswordLogin, SASLprep not yet applied. */
  readonly username: string;
  readonly scope: Scope;
  readonly remote: string;
}

/** `signature`: the ServerSignature of RFC 5802 §3 where `result.ok`, else null. */
export interface ScramResult {
  readonly result: AuthResult;
  readonly signature: Buffer | null;
}

/** A SCRAM exchange under way; the messages, nonces and channel binding are the protocol's. */
export interface ScramExchange {
  readonly salt: Buffer;
  readonly iterations: number;
  /** `authMessage` and `proof` as RFC 5802 §3 defines them. Never rejects. */
  finish(authMessage: string, proof: Buffer): Promise<ScramResult>;
}

/** `addresses`: all that led to the member, former ones too; others may have them later. Whatever it rejects with stops nothing. */
export type DepartureListener = (member: Member, addresses: readonly string[]) => Promise<void>;

/** What protocols ask of the accounts. */
export interface Accounts {
  /** Resolves with a refusal, never rejects for wrong credentials; unknown and wrong answer alike in text and time. */
  login(login: PasswordLogin): Promise<AuthResult>;
  /** The same by a token of the issuer that the operator trusts. */
  loginWithToken(login: TokenLogin): Promise<AuthResult>;
  /** Null where no tokens are taken. */
  readonly tokens: TokenAdvice | null;
  /** What a SCRAM mechanism challenges with, also for names that nobody has. Rejects with StoreError alone. */
  scram(start: ScramStart): Promise<ScramExchange>;
  /** Takes a one-time sign-in token; null where it is unknown, used, too old, or its member is disabled. */
  redeemSignInToken(token: string): Promise<Member | null>;
  /**
   * Whom a one-time sign-in token would sign in; the token stays. 'credentials' for one that nobody has any more;
   * guesses are throttled by the address they come from. Rejects with StoreError alone.
   */
  findSignInToken(token: string, remote: string): Promise<SignIn>;
  /** Whose an API token is, and what for. `ours`: it has the form of one. Guesses are throttled. Rejects with StoreError alone. */
  findApiToken(token: string, remote: string): Promise<ApiTokenFound>;
  member(id: number): Promise<Member | null>;
  /** The passwords of a member that open doors now, as `AuthResult` names them, and whether each is the member's own. */
  livingCredentials(id: number): Promise<ReadonlyMap<string, { readonly own: boolean }>>;
  /** Told who was deleted, while the stores still have what the member had: erasing waits for it. */
  onDeparture(listener: DepartureListener): () => void;
  byAddress(address: string): Promise<Member | null>;
  /** The member whom others name so: an address, a local part alone for the main domain, or what `handleOf` answers. */
  byName(name: string): Promise<Member | null>;
  /**
   * The name of a member in paths and in names of mailboxes: the local part of an address on the main domain,
   * `local~domain` of another; never an '@' or a '/'.
   */
  handleOf(member: Pick<Member, 'address'>): string;
  /** RCPT TO: what becomes of mail for this address. */
  resolve(address: string): Promise<Resolution>;
  /** The same of many, each by itself: `addresses` -> what `resolve` answers. */
  resolveAll(addresses: Iterable<string>): Promise<ReadonlyMap<string, Resolution>>;
  isLocalDomain(domain: string): Promise<boolean>;
  /** The groups that a member is in: canonical addresses of the aliases that lead to them, also by way of others; sorted. */
  groupsOf(member: number): Promise<readonly string[]>;
  /** The canonical address of the group that others name so, by its address or as `local~domain`; null where there is none. */
  group(name: string): Promise<string | null>;
  /** Members whose name or address holds the text, whatever its case; disabled ones left out; the oldest `max`. */
  findMembers(text: string, max: number): Promise<readonly Member[]>;
  /** May this member write as `address` (own address, alias that leads to the member alone, plus-tags of these)? */
  owns(member: number, address: string): Promise<boolean>;
  /** Those of the addresses that `owns` says yes to. */
  ownedAmong(member: number, addresses: Iterable<string>): Promise<ReadonlySet<string>>;
}
